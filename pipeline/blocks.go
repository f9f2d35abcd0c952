package pipeline

import (
	"context"
	"fmt"
	"iter"
	"slices"

	"github.com/dustin/go-humanize"

	"daycast"
	"daycast/clean"
	"daycast/model"
	"daycast/warehouse"
)

const (
	// panelBytes is the memory that a series-day of a shop asks for while models
	// are compared on the panel: facts, the panel that is built, the one that it is
	// compared with, and what is made beside them. 40 million took all of 4 GiB
	// before a model of all series had begun.
	panelBytes = 128
	// blockBytes is that of a part of the shop which is learnt from or forecast:
	// more, since part of the memory is what comes of all parts together.
	blockBytes = 320
)

// Blocks are a shop's panels. A shop that fits into memory is its own only block.
// One that does not is dealt out into as many blocks as have to be, by a hash of
// the series: each is a sample of the shop. Models are chosen and fitted on the
// first, and forecast all, one after the other.
type Blocks struct {
	spec   PanelSpec
	size   warehouse.FactSize
	n      int
	parts  warehouse.FactParts // nil where n is 1
	reader *reader
	sample *PanelSource
	left   []string // models of groups that Learn left out
}

// NewBlocks counts the shop, and deals its facts out where its panel would not
// fit into the memory, in bytes (0: any fits). Close removes what that left on disk.
func NewBlocks(ctx context.Context, w warehouse.Warehouse, memory int64, spec PanelSpec) (*Blocks, error) {
	b := &Blocks{spec: spec, reader: newReader(w, memory)}
	var err error
	if b.size, err = w.Facts().Size(ctx, spec.Last); err != nil {
		return nil, err
	}
	b.n = blocksOf(b.size, memory, spec.Step)
	if !b.Whole() {
		if b.parts, err = w.Facts().Split(ctx, b.n); err != nil {
			return nil, err
		}
		b.reader.facts = b.part(0)
	}
	b.sample = newPanelSource(b.reader, spec)
	return b, nil
}

// blocksOf is how many blocks a shop is dealt out into: 1 where it fits.
func blocksOf(size warehouse.FactSize, memory int64, step daycast.Step) int {
	periods := size.Days / int64(step)
	if memory <= 0 || periods*panelBytes <= memory {
		return 1
	}
	block := max(memory/blockBytes, 1)
	return int(min((periods+block-1)/block, max(size.Series, 1)))
}

// Whole reports whether the shop is one block.
func (b *Blocks) Whole() bool { return b.n == 1 }

// Sample is what models are chosen and fitted on: the first block.
func (b *Blocks) Sample() *PanelSource { return b.sample }

// Close removes the parts.
func (b *Blocks) Close() error {
	if b.parts == nil {
		return nil
	}
	return b.parts.Close()
}

// ahead are the blocks with at least so many periods ahead, for what is planned
// of them. They are the same parts, for Each alone.
func (b *Blocks) ahead(periods int) *Blocks {
	further := *b
	further.spec.Horizon = max(b.spec.Horizon, periods)
	return &further
}

func (b *Blocks) part(k int) func(context.Context, daycast.Day) iter.Seq2[daycast.Fact, error] {
	return func(ctx context.Context, known daycast.Day) iter.Seq2[daycast.Fact, error] {
		return b.parts.Read(ctx, k, known)
	}
}

// Each builds one block after the other as known at the last day, and hands it
// over. learned is the first one where it is at hand; nil: it is built too.
// changed hears of what is made of training units, see clean.PanelBuilder; nil:
// nobody does. The memory of what the sample read is given back.
func (b *Blocks) Each(ctx context.Context, learned *daycast.Panel, changed func(clean.Change), do func(*daycast.Panel) error) error {
	b.reader.forget()
	for k := range b.n {
		p := learned
		if k > 0 || p == nil {
			if b.parts != nil {
				b.reader.facts = b.part(k)
			}
			var err error
			if p, err = newPanelSource(b.reader, b.spec).telling(changed).Panel(ctx, b.spec.Last); err != nil {
				return err
			}
		}
		learned = nil // it is let go of
		if err := do(p); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// BySize are candidates that the size of a shop decides on. All are empty where
// somebody named the candidates.
type BySize struct {
	Cheap []model.Model // in the place of the others where the shop does not fit into memory: millions of series are to be forecast
	Small []model.Model // beside the others where the shop is small
	Years []model.Model // beside these where it has years to learn from
}

const (
	// smallDays is up to how many series-days a shop is small: there a model of all
	// series learns in seconds.
	smallDays = 5_000_000
	// youngDays is the same without years to learn from.
	youngDays = 1_000_000
	// years is the mean history from which on a small shop has years to learn from:
	// networks learn yearly shapes that trees do not, and err where they have seen
	// none.
	years = 365
)

// Learn is how models are chosen and fitted on the sample of a shop in blocks.
// Models of groups are left out there: of a group's total a block has but its own
// series' part. Nor is one chosen for each series by itself.
func (b *Blocks) Learn(l Learning, by BySize) Learning {
	l.Panel = b.sample.Panel
	if b.Whole() {
		switch old := b.size.Days >= years*b.size.Series; {
		case old && b.size.Days <= smallDays:
			l.Models = slices.Concat(l.Models, by.Small, by.Years)
		case b.size.Days <= youngDays:
			l.Models = slices.Concat(l.Models, by.Small)
		}
		return l
	}
	l.Sampled, b.left = true, nil
	if len(by.Cheap) > 0 {
		l.Models = by.Cheap
	}
	l.Models = slices.DeleteFunc(slices.Clone(l.Models), func(m model.Model) bool {
		_, grouped := m.(model.Grouped)
		if grouped {
			b.left = append(b.left, m.Name())
		}
		return grouped
	})
	return l
}

// Notes tell of the road of a shop that does not fit; none for one that does.
func (b *Blocks) Notes(learned *Learned) []string {
	if b.Whole() {
		return nil
	}
	notes := []string{fmt.Sprintf("%s series over %s days do not fit into memory at once: models were chosen and fitted on a sample of %s, "+
		"which the figures above are of, and forecast all in %d blocks", humanize.Comma(b.size.Series), humanize.Comma(b.size.Days),
		humanize.Comma(int64(learned.Series)), b.n)}
	for _, name := range b.left {
		notes = append(notes, name+" was left out: a block has but its own series' part of a group's total")
	}
	return notes
}

// Count is the number of blocks: the k-th is the warehouse's k-th part of so
// many.
func (b *Blocks) Count() int { return b.n }

// Series is how many the shop has.
func (b *Blocks) Series() int { return int(b.size.Series) }

// shownBytes is what a series-day takes where one panel is built and looked at.
const shownBytes = 40

// CheckWhole refuses what looks at a shop's panel as a whole, with code invalid,
// where that does not fit into the memory, in bytes (0: any fits).
func CheckWhole(ctx context.Context, w warehouse.Warehouse, memory int64, spec PanelSpec, what string) error {
	size, err := w.Facts().Size(ctx, spec.Last)
	if err != nil {
		return err
	}
	want := shown(size, spec)
	if memory <= 0 || want <= memory {
		return nil
	}
	return daycast.Errorf(daycast.Invalid, "%s needs the whole shop in memory, and %s series over %s days do not fit",
		what, humanize.Comma(size.Series), humanize.Comma(size.Days)).
		WithField("memory").WithHint("%s of memory would do, or a run with as much memory as this has, which goes by blocks", humanize.IBytes(uint64(want)))
}

// shown is what a shop takes to be looked at, in bytes.
func shown(size warehouse.FactSize, spec PanelSpec) int64 {
	return size.Days / int64(spec.Step) * shownBytes
}

// ShownPanel is the panel of a shop to be looked at as a whole, or, where that
// does not fit into the memory, in bytes (0: any fits), of a sample of its series:
// the first of the blocks that a run of so much memory deals it out into. whole
// tells which.
func ShownPanel(ctx context.Context, w warehouse.Warehouse, memory int64, spec PanelSpec) (panels *PanelSource, whole bool, err error) {
	size, err := w.Facts().Size(ctx, spec.Last)
	if err != nil {
		return nil, false, err
	}
	// One panel reads everything once: there is nothing to keep in memory.
	r := newReader(w, 0)
	whole = memory <= 0 || shown(size, spec) <= memory
	if !whole {
		sample := warehouse.Part{Of: blocksOf(size, memory, spec.Step)}
		r.facts = func(ctx context.Context, known daycast.Day) iter.Seq2[daycast.Fact, error] {
			return w.Facts().ReadPart(ctx, sample, known)
		}
	}
	return newPanelSource(r, spec), whole, nil
}
