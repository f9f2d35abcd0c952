package config

import (
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write docs/config.md anew")

const referencePage = "../docs/config.md"

// docs/config.md says what the structs say: keys, defaults and comments.
func TestReference(t *testing.T) {
	got := reference(t)
	if *update {
		if err := os.WriteFile(referencePage, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(referencePage)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("docs/config.md is not up to date; run go generate ./config: %s", diff)
	}
}

const pageHead = `<!-- Generated from config/config.go by go generate ./config. Do not edit. -->
# daycast.yaml

Keys that are left out have their defaults. ` + "`daycast init`" + ` writes a commented one; ` + "`daycast check`" + ` says all that is
wrong with it at once. Sizes are written as 512MiB or 4GiB, lengths of time as 10s, 90m or 7d.
`

func reference(t *testing.T) string {
	file, err := parser.ParseFile(token.NewFileSet(), "config.go", nil, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	config := reflect.ValueOf(Default())
	docs := structDocs(file)
	b.WriteString(pageHead)
	writeSection(t, &b, docs, config, "", false)
	for i := range config.NumField() {
		f := config.Type().Field(i)
		if f.Type.Kind() == reflect.Struct {
			key := f.Tag.Get("yaml")
			fmt.Fprintf(&b, "\n## %s\n\n%s\n", key, sectionDoc(docs, f.Type.Name()))
			writeSection(t, &b, docs, config.Field(i), key+".", true)
			writeEntries(t, &b, docs, f.Type, map[reflect.Type]bool{})
		}
	}
	return b.String()
}

type structDoc struct {
	doc    string
	fields map[string]string // comment by Go name
}

func structDocs(file *ast.File) map[string]structDoc {
	docs := map[string]structDoc{}
	ast.Inspect(file, func(n ast.Node) bool {
		decl, ok := n.(*ast.GenDecl)
		if !ok || decl.Tok != token.TYPE {
			return true
		}
		spec := decl.Specs[0].(*ast.TypeSpec)
		s, ok := spec.Type.(*ast.StructType)
		if !ok {
			return true
		}
		doc := structDoc{decl.Doc.Text(), map[string]string{}}
		for _, f := range s.Fields.List {
			doc.fields[f.Names[0].Name] = f.Comment.Text()
		}
		docs[spec.Name.Name] = doc
		return false
	})
	return docs
}

func writeSection(t *testing.T, b *strings.Builder, docs map[string]structDoc, v reflect.Value, prefix string, inner bool) {
	b.WriteString("\n| key | default | meaning |\n|-|-|-|\n")
	for i := range v.NumField() {
		f := v.Type().Field(i)
		if !inner && f.Type.Kind() == reflect.Struct {
			continue
		}
		comment := oneLine(docs[v.Type().Name()].fields[f.Name])
		if comment == "" {
			t.Errorf("%s.%s has no comment", v.Type().Name(), f.Name)
		}
		fmt.Fprintf(b, "| `%s%s` | %s | %s |\n", prefix, f.Tag.Get("yaml"), defaultText(v.Field(i)), comment)
	}
}

// writeEntries tells of the structs that a section's lists are made of.
func writeEntries(t *testing.T, b *strings.Builder, docs map[string]structDoc, section reflect.Type, told map[reflect.Type]bool) {
	for f := range section.Fields() {
		entry := f.Type
		for entry.Kind() == reflect.Slice || entry.Kind() == reflect.Pointer {
			entry = entry.Elem()
		}
		if entry == f.Type || entry.Kind() != reflect.Struct || told[entry] {
			continue
		}
		told[entry] = true
		fmt.Fprintf(b, "\n%s\n", sectionDoc(docs, entry.Name()))
		writeSection(t, b, docs, reflect.New(entry).Elem(), "", true)
		writeEntries(t, b, docs, entry, told)
	}
}

// defaultText is a default as it would be written in YAML.
func defaultText(v reflect.Value) string {
	if v.Kind() == reflect.Pointer {
		return ""
	}
	if v.Kind() == reflect.Slice {
		var items []string
		for i := range v.Len() {
			items = append(items, fmt.Sprint(v.Index(i)))
		}
		if items == nil {
			return ""
		}
		return "`[" + strings.Join(items, ", ") + "]`"
	}
	if v.Kind() == reflect.Map || v.Kind() == reflect.String && v.Len() == 0 || fmt.Sprint(v) == "" {
		return ""
	}
	return fmt.Sprintf("`%v`", v)
}

// sectionDoc is a struct's comment without its name.
func sectionDoc(docs map[string]structDoc, name string) string {
	doc := strings.TrimPrefix(oneLine(docs[name].doc), name+" is ")
	return strings.ToUpper(doc[:1]) + doc[1:]
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }
