package config

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v4"

	"daycast"
)

// mostBytes bounds a config file: a larger one is some other file.
const mostBytes = 1 << 20

// Load reads, completes and validates a config file. All that is wrong comes
// in one error with code invalid, each with its line, key and what would be
// right. Relative paths become relative to the file's folder. Environment
// variables are looked up later, by ReadDSN.
func Load(path string) (Config, error) {
	text, err := readFile(path)
	if err != nil {
		return Config{}, err
	}
	c, problems := parse(text)
	if len(problems) > 0 {
		return Config{}, problems.asError(path)
	}
	c.resolve(filepath.Dir(path))
	return c, nil
}

func readFile(path string) ([]byte, error) {
	f, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, daycast.Errorf(daycast.NotFound, "there is no config file %s", path).
			WithHint("daycast init writes one; --config names another").WithField("config")
	}
	if err != nil {
		return nil, daycast.Errorf(daycast.Unauthorized, "cannot open the config: %w", err).WithField("config")
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, mostBytes+1))
	if err != nil {
		return nil, daycast.Errorf(daycast.Unavailable, "cannot read the config: %w", err).WithField("config")
	}
	if len(text) > mostBytes {
		return nil, daycast.Errorf(daycast.Invalid, "%s is larger than %s", path, Bytes(mostBytes)).
			WithHint("is it a config file?").WithField("config")
	}
	return text, nil
}

// parse reads a config's text over the defaults, and all that is wrong with it.
func parse(text []byte) (Config, problems) {
	c := Default()
	var documents []yaml.Node
	if err := yaml.Load(text, &documents, yaml.WithAllDocuments()); err != nil {
		return c, problems{{want: "this is no YAML: " + err.Error()}}
	}
	r := reader{lines: map[string]int{}}
	switch len(documents) {
	case 0: // nothing but comments
	case 1:
		r.read(&documents[0], &c)
	default:
		r.wrong(&documents[1], "", "a second document begins; want one")
	}
	for _, p := range c.problems() {
		if !r.problems.mention(p.field) {
			p.line = r.line(p.field)
			r.problems = append(r.problems, p)
		}
	}
	return c, r.problems
}

// line is where a key is, or where the entry of a list is that lacks it.
func (r *reader) line(field string) int {
	if line := r.lines[field]; line > 0 {
		return line
	}
	if entry := strings.LastIndexByte(field, ']'); entry >= 0 {
		return r.lines[field[:entry+1]]
	}
	return 0
}

// resolve makes paths relative to the config's folder.
func (c *Config) resolve(dir string) {
	for _, path := range []*string{&c.Data, &c.Source.Path, &c.Source.DSNFile} {
		*path = under(dir, *path)
	}
	c.Signals.Events = under(dir, c.Signals.Events)
	for k, t := range c.Signals.Trends {
		if t.Source == "google" {
			c.Signals.Trends[k].Query = under(dir, t.Query)
		}
	}
	for table, path := range c.Source.Files {
		c.Source.Files[table] = under(dir, path)
	}
	for k, name := range c.Forecast.Models {
		if path, ok := strings.CutPrefix(name, "onnx:"); ok {
			c.Forecast.Models[k] = "onnx:" + under(dir, path)
		}
	}
}

// under is a path that is relative to a folder; a URL is not.
func under(dir, path string) string {
	if path == "" || filepath.IsAbs(path) || strings.Contains(path, "://") {
		return path
	}
	return filepath.Join(dir, path)
}

var envName = regexp.MustCompile(`\$\{([^}]*)\}`)

// ReadDSN is the data source name with its environment variables filled in, or
// what its file holds. It fails with code invalid where a variable is not set
// or the file cannot be read.
func (s Source) ReadDSN() (Secret, error) {
	if s.DSNFile != "" {
		text, err := os.ReadFile(s.DSNFile)
		if err != nil {
			return Secret{}, daycast.Errorf(daycast.Invalid, "source.dsn_file: %w", err).
				WithHint("the file holds the DSN and nothing else").WithField("source.dsn_file")
		}
		return NewSecret(strings.TrimSpace(string(text))), nil
	}
	dsn, missing := s.DSN.filled()
	if len(missing) > 0 {
		return Secret{}, daycast.Errorf(daycast.Invalid, "source.dsn: environment variable %s is not set", strings.Join(missing, ", ")).
			WithHint("set it, or name a file in source.dsn_file").WithField("source.dsn")
	}
	return dsn, nil
}

// ReadKey is the key with its environment variables filled in. It fails with
// code invalid where one is not set.
func (a API) ReadKey() (Secret, error) {
	key, missing := a.Key.filled()
	if len(missing) > 0 {
		return Secret{}, daycast.Errorf(daycast.Invalid, "signals.apis: environment variable %s is not set", strings.Join(missing, ", ")).
			WithHint("set it to the key of %s", a.Name).WithField("signals.apis")
	}
	return key, nil
}

// KeyFrom is where the key comes from, for hints.
func (a API) KeyFrom() string {
	if found := envName.FindStringSubmatch(a.Key.text); found != nil {
		return found[1]
	}
	return "signals.apis"
}

// filled has the environment's values in the place of their names, and the names
// that are not set.
func (s Secret) filled() (full Secret, missing []string) {
	text := envName.ReplaceAllStringFunc(s.text, func(found string) string {
		name := envName.FindStringSubmatch(found)[1]
		value, set := os.LookupEnv(name)
		if !set {
			missing = append(missing, name)
		}
		return value
	})
	return NewSecret(text), missing
}

// A problem is one thing that is wrong with a config.
type problem struct {
	line  int    // 0: unknown
	field string // the key's path, such as forecast.horizon
	want  string // what is wrong and would be right
}

func (p problem) String() string {
	s := p.want
	if p.field != "" {
		s = p.field + ": " + s
	}
	if p.line > 0 {
		s = fmt.Sprintf("line %d: %s", p.line, s)
	}
	return s
}

type problems []problem

func (ps problems) mention(field string) bool {
	for _, p := range ps {
		if p.field == field {
			return true
		}
	}
	return false
}

func (ps problems) asError(where string) error {
	if len(ps) == 1 {
		return daycast.Errorf(daycast.Invalid, "%s: %s", where, ps[0]).WithField(ps[0].field)
	}
	lines := make([]string, len(ps))
	for i, p := range ps {
		lines[i] = "\n  " + p.String()
	}
	return daycast.Errorf(daycast.Invalid, "%s: %d things are wrong:%s", where, len(ps), strings.Join(lines, "")).WithField(ps[0].field)
}
