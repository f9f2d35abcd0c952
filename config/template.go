package config

import (
	_ "embed"
	"strings"

	"daycast"
)

//go:embed template.yaml
var template string

//go:embed template_postgres.yaml
var templatePostgres string

//go:embed template_sqlite.yaml
var templateSQLite string

// Template is a commented daycast.yaml for a source of kind postgres or
// sqlite. It loads as it is; the queries are to be made the shop's own.
func Template(kind string) (string, error) {
	var source string
	switch kind {
	case "postgres":
		source = templatePostgres
	case "sqlite":
		source = templateSQLite
	default:
		return "", daycast.Errorf(daycast.Invalid, "there is no template for a source of kind %q", kind).
			WithHint("want postgres or sqlite").WithField("kind")
	}
	return strings.Replace(template, "# (source)\n", source, 1), nil
}
