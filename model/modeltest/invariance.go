package modeltest

import (
	"bytes"
	"context"
	"errors"
	"io"
	"iter"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"daycast"
	"daycast/model"
)

func saved(t *testing.T, f model.Fitted) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := model.Save(&out, f); err != nil {
		t.Fatalf("save: %v", err)
	}
	return out.Bytes()
}

func equal(t *testing.T, what string, got, want *daycast.Forecasts) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

func (s suite) checkDeterminism(t *testing.T) {
	p := Shop(7, 8, 100)
	before := slices.Clone(p.Units)
	a, b := s.fit(t, p), s.fit(t, p)
	if !bytes.Equal(saved(t, a), saved(t, b)) {
		t.Error("two fits with one seed save different bytes")
	}
	equal(t, "two fits with one seed", s.forecast(t, a, p, Horizon), s.forecast(t, b, p, Horizon))
	if !slices.Equal(before, p.Units) {
		t.Error("the panel's units were changed")
	}
}

func (s suite) checkThreads(t *testing.T) {
	p := Shop(8, 9, 100)
	one, two := training(p), training(p)
	two.Threads = 2
	a, err := s.model.Fit(t.Context(), one)
	if err != nil {
		t.Fatal(err)
	}
	b, err := s.model.Fit(t.Context(), two)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(saved(t, a), saved(t, b)) {
		t.Error("fits on 1 and 2 threads save different bytes")
	}
	r := model.Request{Panel: p, Horizon: Horizon, Threads: 2}
	got, err := model.Predict(t.Context(), b, r)
	if err != nil {
		t.Fatal(err)
	}
	r.Threads = 1
	want, err := model.Predict(t.Context(), a, r)
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "2 threads", got, want)
}

func (s suite) checkBlocks(t *testing.T) {
	p := Shop(9, 8, 100)
	whole := s.forecast(t, s.fit(t, p), p, Horizon)
	for _, size := range []int{1, 3} {
		equal(t, "fitted in blocks", s.forecast(t, s.fit(t, Split(p, size)), p, Horizon), whole)
	}
}

// checkNeighbours wants a series' forecast to be the same alone and among
// others, and whatever the order of its category's names.
func (s suite) checkNeighbours(t *testing.T) {
	p := Shop(10, 7, 100)
	f := s.fit(t, p)
	whole := s.forecast(t, f, p, Horizon)
	at := 0
	for block, err := range Split(p, 2).Blocks(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		got := s.forecast(t, f, block, Horizon)
		for i := range block.Series {
			if !slices.Equal(got.MeanOf(i), whole.MeanOf(at)) {
				t.Errorf("series %d alone: %v, among others: %v", at, got.MeanOf(i), whole.MeanOf(at))
			}
			at++
		}
	}
	equal(t, "categories in another order", s.forecast(t, f, reverseLevels(p), Horizon), whole)
}

func reverseLevels(p *daycast.Panel) *daycast.Panel {
	out := slice(p, 0, len(p.Series))
	totals := *p.Totals
	totals.Mean, totals.Count, totals.Price = slices.Clone(totals.Mean), slices.Clone(totals.Count), slices.Clone(totals.Price)
	for l := range out.Levels {
		level := &out.Levels[l]
		level.Names, level.Of = slices.Clone(level.Names), slices.Clone(level.Of)
		slices.Reverse(level.Names)
		for i, g := range level.Of {
			if g >= 0 {
				level.Of[i] = int32(len(level.Names)-1) - g
			}
		}
		totals.Mean[l+1] = reversed(totals.Mean[l+1])
		totals.Count[l+1] = reversed(totals.Count[l+1])
		totals.Price[l+1] = reversed(totals.Price[l+1])
	}
	out.Totals = &totals
	return out
}

func reversed[T any](v []T) []T {
	v = slices.Clone(v)
	slices.Reverse(v)
	return v
}

// checkPoison puts absurd values where nothing is known at the origin: the
// later days of a signal that is not known ahead.
func (s suite) checkPoison(t *testing.T) {
	clean := Shop(11, 8, 100)
	poisoned := slice(clean, 0, len(clean.Series))
	visits := &poisoned.Signals[1]
	visits.Vectors = [][]float32{append(slices.Clone(visits.Vectors[0]), Constant(60, 1e30)...)}
	a, b := s.fit(t, clean), s.fit(t, poisoned)
	if !bytes.Equal(saved(t, a), saved(t, b)) {
		t.Error("the fit reads what is not known at the origin")
	}
	equal(t, "poisoned", s.forecast(t, b, poisoned, Horizon), s.forecast(t, a, clean, Horizon))
}

func (s suite) checkSave(t *testing.T) {
	p := Shop(12, 8, 100)
	f := s.fit(t, p)
	file := saved(t, f)
	loaded, err := model.Load(bytes.NewReader(file), s.loaders)
	if err != nil {
		t.Fatalf("load: %v", err)
	}
	if loaded.Kind() != f.Kind() {
		t.Errorf("saved kind %q, loaded %q", f.Kind(), loaded.Kind())
	}
	if !bytes.Equal(saved(t, loaded), file) {
		t.Error("what was loaded saves other bytes")
	}
	equal(t, "loaded", s.forecast(t, loaded, p, Horizon), s.forecast(t, f, p, Horizon))
}

// checkCorrupt wants code invalid and no panic from damaged files, and no
// panic from a body that is damaged behind the checksum's back.
func (s suite) checkCorrupt(t *testing.T) {
	p := Panel(Origin, companions()...)
	f := s.fit(t, p)
	file := saved(t, f)
	r := rand.New(rand.NewPCG(13, 4))
	for range 50 {
		damaged := slices.Clone(file)
		damaged[r.IntN(len(damaged))] ^= 1 << r.IntN(8)
		s.mustRefuse(t, damaged)
		s.mustRefuse(t, file[:r.IntN(len(file))])
	}
	var body bytes.Buffer
	if err := f.Save(&body); err != nil {
		t.Fatal(err)
	}
	for range 200 {
		damaged := slices.Clone(body.Bytes())
		if len(damaged) > 0 {
			damaged[r.IntN(len(damaged))] ^= 1 << r.IntN(8)
			damaged = damaged[:r.IntN(len(damaged)+1)]
		}
		_, err := model.Load(bytes.NewReader(saved(t, sealed{f, damaged})), s.loaders)
		if err != nil && daycast.CodeOf(err) != daycast.Invalid {
			t.Errorf("damaged body: code %s: %v", daycast.CodeOf(err), err)
		}
	}
}

// sealed saves another body under a model's kind, checksum included.
type sealed struct {
	model.Fitted
	body []byte
}

func (s sealed) Save(w io.Writer) error {
	_, err := w.Write(s.body)
	return err
}

func (s suite) mustRefuse(t *testing.T, file []byte) {
	t.Helper()
	if _, err := model.Load(bytes.NewReader(file), s.loaders); daycast.CodeOf(err) != daycast.Invalid {
		t.Errorf("damaged file: %v, want code invalid", err)
	}
}

func (s suite) checkCancel(t *testing.T) {
	p := Shop(14, 6, 100)
	f := s.fit(t, p)
	ctx, cancel := context.WithCancel(t.Context())
	cancelling := cancelOnWalk{p, cancel, new(bool)}
	_, err := s.model.Fit(ctx, training(cancelling))
	if *cancelling.walked && !errors.Is(err, context.Canceled) {
		t.Errorf("fit cancelled between blocks: %v, want the context's error", err)
	}
	cancel()
	if _, err := s.model.Fit(ctx, training(p)); !errors.Is(err, context.Canceled) {
		t.Errorf("fit with a cancelled context: %v", err)
	}
	_, err = f.Forecast(ctx, model.Request{Panel: p, Horizon: Horizon, Threads: 1})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("forecast with a cancelled context: %v", err)
	}
}

// cancelOnWalk cancels when the first of its blocks has been read.
type cancelOnWalk struct {
	p      *daycast.Panel
	cancel context.CancelFunc
	walked *bool
}

func (c cancelOnWalk) Blocks(ctx context.Context) iter.Seq2[*daycast.Panel, error] {
	return func(yield func(*daycast.Panel, error) bool) {
		for block, err := range Split(c.p, 2).Blocks(ctx) {
			if !yield(block, err) {
				return
			}
			*c.walked = true
			c.cancel()
		}
	}
}
