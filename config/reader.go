package config

import (
	"encoding"
	"fmt"
	"reflect"
	"strings"

	"go.yaml.in/yaml/v4"
)

// A reader fills a struct from YAML, and notes every key and value that does
// not fit, where the library's own decoder would not say which key was meant.
type reader struct {
	lines    map[string]int // by field
	problems problems
}

func (r *reader) read(n *yaml.Node, into any) {
	if n.Kind == yaml.DocumentNode {
		n = n.Content[0]
	}
	r.value(n, reflect.ValueOf(into).Elem(), "")
}

func (r *reader) value(n *yaml.Node, v reflect.Value, field string) {
	for n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	r.lines[field] = n.Line
	if n.Kind == yaml.ScalarNode && n.ShortTag() == "!!null" {
		return // a key without a value has its default
	}
	if v.Kind() == reflect.Pointer { // may be left out, which is not its zero
		v.Set(reflect.New(v.Type().Elem()))
		v = v.Elem()
	}
	_, isText := v.Addr().Interface().(encoding.TextUnmarshaler)
	switch {
	case isText:
		r.text(n, v, field)
	case v.Kind() == reflect.Struct:
		r.section(n, v, field)
	case v.Kind() == reflect.Map:
		r.table(n, v, field)
	case v.Kind() == reflect.Slice:
		r.list(n, v, field)
	default:
		if n.Kind != yaml.ScalarNode || n.Decode(v.Addr().Interface()) != nil {
			r.wrong(n, field, "%s is not %s", quoted(n), kindWords[v.Kind()])
		}
	}
}

var kindWords = map[reflect.Kind]string{
	reflect.String: "text", reflect.Bool: "true or false", reflect.Int: "a whole number", reflect.Uint64: "a whole number from 0 on", reflect.Float64: "a number",
}

func (r *reader) wrong(n *yaml.Node, field, format string, args ...any) {
	r.problems = append(r.problems, problem{n.Line, field, fmt.Sprintf(format, args...)})
}

// quoted is a value for a message. A secret never comes here: any text is one.
func quoted(n *yaml.Node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "a group of keys"
	case yaml.SequenceNode:
		return "a list"
	default:
		return fmt.Sprintf("%q", n.Value)
	}
}

func (r *reader) text(n *yaml.Node, v reflect.Value, field string) {
	if n.Kind != yaml.ScalarNode {
		r.wrong(n, field, "%s is not a single value", quoted(n))
		return
	}
	if err := v.Addr().Interface().(encoding.TextUnmarshaler).UnmarshalText([]byte(n.Value)); err != nil {
		r.wrong(n, field, "%s: %v", quoted(n), err)
	}
}

// section fills a struct, key by key.
func (r *reader) section(n *yaml.Node, v reflect.Value, field string) {
	if n.Kind != yaml.MappingNode {
		r.wrong(n, field, "%s is not a group of keys", quoted(n))
		return
	}
	index := map[string]int{}
	var names []string
	for i := range v.NumField() {
		name := v.Type().Field(i).Tag.Get("yaml")
		index[name] = i
		names = append(names, name)
	}
	r.pairs(n, field, func(key, value *yaml.Node, path string) {
		i, known := index[key.Value]
		if !known {
			r.wrong(key, path, "there is no such key%s", didYouMean(key.Value, names))
			return
		}
		r.value(value, v.Field(i), path)
	})
}

// table fills a map from names to text.
func (r *reader) table(n *yaml.Node, v reflect.Value, field string) {
	if n.Kind != yaml.MappingNode {
		r.wrong(n, field, "%s is not a group of keys", quoted(n))
		return
	}
	v.Set(reflect.MakeMap(v.Type()))
	r.pairs(n, field, func(key, value *yaml.Node, path string) {
		item := reflect.New(v.Type().Elem()).Elem()
		r.value(value, item, path)
		v.SetMapIndex(reflect.ValueOf(key.Value), item)
	})
}

// pairs walks the keys of a group; a key that comes twice is a mistake.
func (r *reader) pairs(n *yaml.Node, field string, each func(key, value *yaml.Node, path string)) {
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		path := key.Value
		if field != "" {
			path = field + "." + path
		}
		if seen[key.Value] {
			r.wrong(key, path, "the key comes twice")
			continue
		}
		seen[key.Value] = true
		each(key, n.Content[i+1], path)
	}
}

func (r *reader) list(n *yaml.Node, v reflect.Value, field string) {
	if n.Kind != yaml.SequenceNode {
		r.wrong(n, field, "%s is not a list such as [a, b]", quoted(n))
		return
	}
	v.Set(reflect.MakeSlice(v.Type(), len(n.Content), len(n.Content)))
	for i, item := range n.Content {
		r.value(item, v.Index(i), fmt.Sprintf("%s[%d]", field, i))
	}
}

// didYouMean names the nearest of the known names, or all where none is near.
func didYouMean(name string, known []string) string {
	best, least := "", len(name)/2+1
	for _, k := range known {
		if d := distance(strings.ToLower(name), k); d < least {
			best, least = k, d
		}
	}
	if best == "" {
		return "; want one of " + strings.Join(known, ", ")
	}
	return fmt.Sprintf("; did you mean %s?", best)
}

// distance is the least number of letters to insert, delete or replace that
// makes b of a (Levenshtein 1966).
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		corner := row[0]
		row[0] = i + 1
		for j := range len(b) {
			next := corner
			if a[i] != b[j] {
				next = 1 + min(corner, row[j], row[j+1])
			}
			corner, row[j+1] = row[j+1], next
		}
	}
	return row[len(b)]
}
