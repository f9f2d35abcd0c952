package config

import (
	"embed"
	"errors"
	"io/fs"
	"strings"

	"daycast"
)

//go:embed template*.yaml
var templates embed.FS

// Template is a commented daycast.yaml for a source of a kind. It loads as it
// is; the queries or files are to be made the shop's own.
func Template(kind string) (string, error) {
	if kind == "mariadb" {
		kind = "mysql"
	}
	source, err := templates.ReadFile("template_" + kind + ".yaml")
	if errors.Is(err, fs.ErrNotExist) || !known(kind) {
		return "", daycast.Errorf(daycast.Invalid, "there is no template for a source of kind %q", kind).
			WithHint("want one of %s", strings.Join(Kinds(), ", ")).WithField("kind")
	}
	if err != nil {
		return "", err
	}
	if byQueries(kind) {
		queries, err := templates.ReadFile("template_queries.yaml")
		if err != nil {
			return "", err
		}
		source = append(source, queries...)
	}
	whole, err := templates.ReadFile("template.yaml")
	return strings.Replace(string(whole), "# (source)\n", string(source), 1), err
}
