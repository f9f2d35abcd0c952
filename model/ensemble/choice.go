package ensemble

import (
	"context"
	"encoding/binary"
	"io"
	"math"
	"slices"

	"daycast"
	"daycast/model"
)

// Choice forecasts each series with one of its members. Which one is chosen out
// of sample, see evaluate.PerSeries. A member is asked for its own series alone.
type Choice struct {
	Members []model.Fitted         // >= 1; the first has the series that Of does not name
	Names   []string               // of the members
	Of      map[daycast.Series]int // index in Members
}

// Kind names the type for its loader.
func (c *Choice) Kind() string { return "choice" }

// Forecast asks each member for its series through model.Predict.
func (c *Choice) Forecast(ctx context.Context, r model.Request) (*daycast.Forecasts, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	out := daycast.NewForecasts(r.Panel, r.Horizon, nil)
	theirs := make([][]int, len(c.Members))
	for i, s := range r.Panel.Series {
		k := c.Of[s]
		theirs[k] = append(theirs[k], i)
	}
	whole := r.Panel
	r.Levels = nil
	for k, indices := range theirs {
		if len(indices) == 0 {
			continue
		}
		if r.Panel = whole; len(indices) < len(whole.Series) {
			r.Panel = whole.Select(indices)
		}
		f, err := model.Predict(ctx, c.Members[k], r)
		if err != nil {
			return nil, err
		}
		for n, i := range indices {
			copy(out.MeanOf(i), f.MeanOf(n))
			out.Models[i] = f.Models[n]
		}
	}
	return out, nil
}

// Save writes the members as a Blend does, then the series that one other than
// the first has, in order: their number, and for each the length of its id,
// the id and the member.
func (c *Choice) Save(w io.Writer) error {
	if err := (&Blend{Members: c.Members, Names: c.Names}).Save(w); err != nil {
		return err
	}
	var others []daycast.Series
	for s, k := range c.Of {
		if k > 0 {
			others = append(others, s)
		}
	}
	slices.SortFunc(others, compare)
	table := binary.LittleEndian.AppendUint32(nil, uint32(len(others)))
	for _, s := range others {
		id := s.ID()
		if len(id) > longestID {
			return daycast.Errorf(daycast.Invalid, "choice: a series id of %d bytes, want at most %d", len(id), longestID)
		}
		table = binary.LittleEndian.AppendUint32(table, uint32(len(id)))
		table = append(table, id...)
		table = append(table, byte(c.Of[s]))
	}
	_, err := w.Write(table)
	return err
}

func compare(a, b daycast.Series) int {
	switch {
	case a.Less(b):
		return -1
	case b.Less(a):
		return 1
	}
	return 0
}

// longestID bounds the id of a series in a file.
const longestID = math.MaxUint16

// LoadChoice is the loader of a Choice.
func LoadChoice(r io.Reader, load func(io.Reader) (model.Fitted, error)) (model.Fitted, error) {
	f, err := Load(r, load)
	if err != nil {
		return nil, err
	}
	blend, ok := f.(*Blend)
	if !ok {
		return nil, daycast.Errorf(daycast.Internal, "choice: its members are a %s", f.Kind())
	}
	c := &Choice{Members: blend.Members, Names: blend.Names, Of: map[daycast.Series]int{}}
	var n uint32
	if err := binary.Read(r, binary.LittleEndian, &n); err != nil {
		return nil, daycast.Errorf(daycast.Invalid, "choice: cut short: %w", err)
	}
	var last daycast.Series
	for k := range n {
		s, member, err := readSeries(r)
		if err != nil {
			return nil, err
		}
		if k > 0 && !last.Less(s) || member < 1 || member >= len(c.Members) {
			return nil, daycast.Errorf(daycast.Invalid, "choice: series %s has member %d of %d after series %s", s.ID(), member, len(c.Members), last.ID())
		}
		c.Of[s], last = member, s
	}
	return c, nil
}

func readSeries(r io.Reader) (s daycast.Series, member int, err error) {
	var size uint32
	if err := binary.Read(r, binary.LittleEndian, &size); err != nil || size > longestID {
		return s, 0, daycast.Errorf(daycast.Invalid, "choice: no id of a series")
	}
	text := make([]byte, size+1)
	if _, err := io.ReadFull(r, text); err != nil {
		return s, 0, daycast.Errorf(daycast.Invalid, "choice: cut short: %w", err)
	}
	s, err = daycast.ParseSeries(string(text[:size]))
	if err != nil || s.ID() != string(text[:size]) {
		return s, 0, daycast.Errorf(daycast.Invalid, "choice: %q is no id of a series", text[:size])
	}
	return s, int(text[size]), nil
}
