package config

import (
	"fmt"
	"slices"
	"strings"
)

// A kind of source, and the settings that it takes.
type sourceKind struct {
	name  string
	dsn   string // what its DSN begins with; "" for one without
	files bool   // files rather than queries
}

// kinds are all of them; mariadb is another name of mysql.
var kinds = []sourceKind{
	{name: "postgres", dsn: "postgres:// or postgresql://"},
	{name: "mysql", dsn: "mysql:// or mariadb://"},
	{name: "mariadb", dsn: "mysql:// or mariadb://"},
	{name: "sqlserver", dsn: "sqlserver://"},
	{name: "sqlite"},
	{name: "csv", files: true},
	{name: "parquet", files: true},
}

// Kinds are the values of source.kind.
func Kinds() []string {
	var names []string
	for _, k := range kinds {
		names = append(names, k.name)
	}
	return names
}

func kindOf(name string) (sourceKind, bool) {
	for _, k := range kinds {
		if k.name == name {
			return k, true
		}
	}
	return sourceKind{}, false
}

func known(kind string) bool { return slices.Contains(Kinds(), kind) }

func byQueries(kind string) bool { k, ok := kindOf(kind); return ok && !k.files }

func (ck *checker) source(s Source) {
	ck.oneOf(s.Kind, "source.kind", Kinds())
	ck.want(s.LookBack >= 0, "source.look_back", "%s; want a length of time from 0 on, such as 7d", s.LookBack)
	ck.want(s.Patience >= 0, "source.patience", "%s; want a length of time from 0 on, such as 10m", s.Patience)
	ck.changes(s)
	ck.want(s.Timeout == 0 || s.Timeout >= leastTimeout, "source.timeout", "%s; want a length of time from %s on, such as 5m, or 0s for no limit", s.Timeout, leastTimeout)
	k, ok := kindOf(s.Kind)
	if !ok {
		return
	}
	not := func(takes, set bool, field, instead string) {
		ck.want(takes || !set, field, "not for a source of kind %s; want %s", s.Kind, instead)
	}
	instead := "source.dsn"
	switch {
	case k.files:
		instead = "source.files"
	case k.dsn == "":
		instead = "source.path"
	}
	not(k.dsn != "", !s.DSN.IsZero(), "source.dsn", instead)
	not(k.dsn != "", s.DSNFile != "", "source.dsn_file", instead)
	not(s.Kind == "sqlite", s.Path != "", "source.path", instead)
	not(k.files, len(s.Files) > 0, "source.files", "source.queries")
	not(!k.files, len(s.Queries) > 0, "source.queries", "source.files")
	switch {
	case k.files:
		ck.tables("source.files", s.Files, "a file")
		return
	case k.dsn != "":
		ck.want(s.DSN.IsZero() != (s.DSNFile == ""), "source.dsn", "want either dsn or dsn_file")
		ck.scheme(k, s.DSN)
	default:
		ck.want(s.Path != "", "source.path", "missing; want the SQLite file")
	}
	ck.tables("source.queries", s.Queries, "a query")
}

// scheme finds a DSN of another kind's database. One without a scheme, or with
// it in a variable, is the driver's to judge.
func (ck *checker) scheme(k sourceKind, dsn Secret) {
	scheme, _, found := strings.Cut(dsn.text, "://")
	if !found || strings.ContainsAny(scheme, "${}:@/=") {
		return
	}
	ck.want(slices.Contains(strings.Split(k.dsn, " or "), scheme+"://"), "source.dsn", "begins with %s://; of a source of kind %s it begins with %s", scheme, k.name, k.dsn)
}

// changes checks the tables that are followed.
func (ck *checker) changes(s Source) {
	c := s.Changes
	if c == nil {
		return
	}
	slot, _ := c.Names()
	ck.want(len(c.Tables) > 0, "source.changes.tables", "missing; want the tables that the query for sales reads")
	ck.want(s.Kind == "postgres", "source.changes", "not for a source of kind %s", s.Kind)
	_, sales := s.Queries["sales"]
	ck.want(sales, "source.changes", "are of order lines; want a query for sales")
	ck.want(slotName.MatchString(slot), "source.changes.slot", "%q; want a name of small letters, digits and _", slot)
	for i, t := range c.Tables {
		field := fmt.Sprintf("source.changes.tables[%d]", i)
		ck.want(t.Table != "", field+".table", "missing; want a table's name")
		ck.want(!slices.ContainsFunc(c.Tables[:i], func(o Changed) bool { return o.Table == t.Table }), field+".table", "%s comes twice", t.Table)
		if t.Time != "" {
			ck.want(t.Key == "" && t.Of == "", field, "want either time, or key and of")
			continue
		}
		parent, column := t.Parent()
		timed := slices.ContainsFunc(c.Tables, func(o Changed) bool { return o.Table == parent && o.Time != "" })
		ck.want(t.Key != "" && column != "" && timed, field, "want time, or key and of, which names a table with time among these and its column, such as orders.id")
	}
}
