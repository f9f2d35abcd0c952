package source

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pglogrepl"

	"daycast"
)

// output reads the messages of pgoutput, and collects the days of changed rows.
type output struct {
	following    Following
	relations    map[uint32]relation
	days         map[daycast.Day]bool
	keys         []map[string]bool // by table of following, to look up
	transactions []uint32
}

// relation is a table as the log describes it: which followed one it is, and
// where its column is.
type relation struct {
	name   string
	table  int // of following; -1: none
	column int
	old    bool // changes tell the column's value before
}

func newOutput(f Following) *output {
	o := &output{following: f, relations: map[uint32]relation{}, days: map[daycast.Day]bool{}, keys: make([]map[string]bool, len(f.Tables))}
	for i := range o.keys {
		o.keys[i] = map[string]bool{}
	}
	return o
}

// sorted are the days.
func (o *output) sorted() []daycast.Day { return slices.Sorted(maps.Keys(o.days)) }

// add notes a day, as a text begins with it; a row without one counts nowhere.
func (o *output) add(text string) {
	if d, err := daycast.ParseDay(text[:min(len(text), len(time.DateOnly))]); err == nil {
		o.days[d] = true
	}
}

// read takes a message in.
func (o *output) read(data []byte) error {
	m, err := parseOutput(data)
	if err != nil {
		return err
	}
	switch m := m.(type) {
	case *pglogrepl.BeginMessage:
		o.transactions = append(o.transactions, m.Xid)
	case *pglogrepl.RelationMessage:
		return o.describe(m)
	case *pglogrepl.InsertMessage:
		return o.row(m.RelationID, m.Tuple, false)
	case *pglogrepl.UpdateMessage:
		if m.OldTuple != nil {
			if err := o.row(m.RelationID, m.OldTuple, true); err != nil {
				return err
			}
		} else if r := o.relations[m.RelationID]; r.name != "" && r.table >= 0 && !r.old {
			return r.tooLittle(o.following)
		}
		return o.row(m.RelationID, m.NewTuple, false)
	case *pglogrepl.DeleteMessage:
		return o.row(m.RelationID, m.OldTuple, true)
	case *pglogrepl.TruncateMessage:
		for _, id := range m.RelationIDs {
			if r, known := o.relations[id]; known && r.table >= 0 {
				return daycast.Errorf(daycast.Conflict, "table %s was emptied (TRUNCATE)", r.name)
			}
		}
	}
	return nil
}

// parseOutput is an error where the library panics at a message that is cut off.
func parseOutput(data []byte) (m pglogrepl.Message, err error) {
	defer func() {
		if recover() != nil {
			err = daycast.Errorf(daycast.Unavailable, "a message of the replication slot cannot be read")
		}
	}()
	if len(data) == 0 {
		return nil, daycast.Errorf(daycast.Unavailable, "a message of the replication slot is empty")
	}
	if m, err = pglogrepl.Parse(data); err != nil {
		return nil, daycast.Errorf(daycast.Unavailable, "a message of the replication slot cannot be read: %w", err)
	}
	return m, nil
}

func (o *output) describe(m *pglogrepl.RelationMessage) error {
	full := m.Namespace + "." + m.RelationName
	r := relation{name: full, table: -1}
	for i, f := range o.following.Tables {
		if f.Table != full && f.Table != m.RelationName {
			continue
		}
		column := f.Time + f.Key // one of them is ""
		at := slices.IndexFunc(m.Columns, func(c *pglogrepl.RelationMessageColumn) bool { return c.Name == column })
		if at < 0 {
			return daycast.Errorf(daycast.Conflict, "the published table %s has no column %q", full, column).WithField("source.changes.tables")
		}
		r.table, r.column, r.old = i, at, m.Columns[at].Flags&1 != 0
	}
	o.relations[m.RelationID] = r
	return nil
}

// row notes the day or the key of a row, as it was before or is after a change.
func (o *output) row(id uint32, t *pglogrepl.TupleData, before bool) error {
	r, known := o.relations[id]
	if !known || r.table < 0 {
		return nil
	}
	if before && !r.old {
		return r.tooLittle(o.following)
	}
	if t == nil || r.column >= len(t.Columns) || t.Columns[r.column].DataType != pglogrepl.TupleDataTypeText {
		return nil
	}
	text := string(t.Columns[r.column].Data)
	if o.following.Tables[r.table].Time != "" {
		o.add(text)
	} else {
		o.keys[r.table][text] = true
	}
	return nil
}

// tooLittle says that a change does not tell of which day the row was.
func (r relation) tooLittle(f Following) error {
	t := f.Tables[r.table]
	return daycast.Errorf(daycast.Conflict, "changes of table %s do not tell what %s was before", r.name, t.Time+t.Key).
		WithField("source.changes.tables").WithHint("ALTER TABLE %s REPLICA IDENTITY FULL", quoteTable(r.name))
}

// low is the low half of a transaction's number.
func low(text string) uint32 {
	n, _ := strconv.ParseUint(strings.TrimSpace(text), 10, 64) // Postgres writes nothing else
	return uint32(n)                                           //nolint:gosec // the low half
}
