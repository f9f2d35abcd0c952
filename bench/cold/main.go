// Command cold measures forecasts of new items:
//
//	cold [-origins N] NAME CSV
//
// At each origin it hides the history of a tenth of the series on sale, all but
// the last k days, and forecasts them from k = 0, 1, 3, 7, 14 and 28 days: as the
// model that the shop chose does (and, before the first sale, the mean forecast
// of the smallest group: what was done before), as that model in life.Fitted does, and
// as the mean of the smallest group's last weeks. It also scores the series that
// were new by themselves. It prints one line per figure: name, tab, value, tab,
// target; each is the median over the origins.
package main

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"time"

	"daycast"
	"daycast/evaluate"
	"daycast/model"
	"daycast/model/all"
	"daycast/model/interval"
	"daycast/model/life"
	"daycast/pipeline"
)

const (
	horizon = 28
	hide    = 10 // one of so many series
	newDays = 56 // of series whose launch was seen, that are scored too
)

// own are how many days of their own hidden series have.
var own = []int{0, 1, 3, 7, 14, 28}

func main() {
	origins := flag.Int("origins", 3, "origins")
	names := flag.String("models", "weekday_mean,group_effects,gbm", "candidates")
	rows := flag.Int("rows", 60_000, "rows of a fit at most")
	flag.Parse()
	if err := run(context.Background(), flag.Arg(0), flag.Arg(1), *origins, *rows, *names); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, name, path string, origins, rows int, names string) error {
	s, closed, err := openShop(ctx, path)
	if err != nil {
		return err
	}
	defer closed()
	final, err := s.panel(ctx, s.table.Last)
	if err != nil {
		return err
	}
	models, err := all.Named(split(names))
	if err != nil {
		return err
	}
	t := newTable()
	for k := range origins {
		origin := s.table.Last - daycast.Day((k+1)*horizon)
		if err := s.measure(ctx, t, final, origin, models, rows); err != nil {
			return err
		}
		fmt.Fprintf(os.Stderr, "%s: origin %s\n", name, origin)
	}
	t.print(name)
	return nil
}

// measure adds one origin to the table.
func (s *shop) measure(ctx context.Context, t *table, final *daycast.Panel, origin daycast.Day, models []model.Model, rows int) error {
	s.hidden = nil
	open, err := s.panel(ctx, origin)
	if err != nil {
		return err
	}
	s.hidden = hidden(open, origin)
	s.origin, s.since = origin, origin
	learning := pipeline.Learning{
		Panel: s.panel, Models: models, Horizon: horizon, Levels: pipeline.Levels(), Metric: "wape",
		Origins: 3, Scored: 1, MaxRows: rows, Seed: 1, Threads: 2, Now: time.Now,
	}
	learned, err := learning.Learn(ctx, origin)
	if err != nil {
		return err
	}
	fmt.Fprintln(os.Stderr, "chosen:", learned.Choice.Name())
	plain := learned.Fitted
	if whole, ok := plain.(*interval.Fitted); ok {
		if young, ok := whole.Inner.(*life.Fitted); ok {
			fmt.Fprintln(os.Stderr, young.Prior)
			plain = &interval.Fitted{Inner: young.Inner, Calibration: whole.Calibration}
		}
	}
	for _, k := range own {
		s.since = origin - daycast.Day(k)
		p, err := s.panel(ctx, origin)
		if err != nil {
			return err
		}
		request := model.Request{Panel: p, Horizon: horizon, Levels: pipeline.Levels(), Threads: 2}
		before, err := model.Predict(ctx, plain, request)
		if err != nil {
			return err
		}
		fillLikes(p, before)
		now, err := model.Predict(ctx, learned.Fitted, request)
		if err != nil {
			return err
		}
		group := groupMean(p, before)
		for i, series := range p.Series {
			switch {
			case s.hidden[series]:
				t.add(fmt.Sprintf("k%02d", k), origin, actual(final, series, origin), i, before, now, group)
			case k == 0 && launched(p, i) > 0 && launched(p, i) <= newDays:
				t.add("launches "+band(launched(p, i)), origin, actual(final, series, origin), i, before, now, group)
			}
		}
	}
	return nil
}

func band(days int) string {
	for _, end := range []int{1, 3, 7, 14, 28, 56} {
		if days <= end {
			return fmt.Sprintf("%02d", end)
		}
	}
	return ""
}

// launched is since how many days series i has sold, 0 where that was not seen.
func launched(p *daycast.Panel, i int) int {
	first := p.Origin
	for _, s := range p.Start {
		first = min(first, s)
	}
	if p.Start[i] < first+56 {
		return 0
	}
	return p.Len(i)
}

// hidden are a tenth of the series on sale at the origin.
func hidden(p *daycast.Panel, origin daycast.Day) map[daycast.Series]bool {
	rng := rand.New(rand.NewPCG(1, uint64(origin)))
	out := map[daycast.Series]bool{}
	for i, s := range p.Series {
		state := p.StateOf(i)
		sold := false
		for t := max(0, len(state)-evaluate.OnSaleDays); t < len(state); t++ {
			sold = sold || state[t] == daycast.Sold
		}
		if sold && rng.IntN(hide) == 0 {
			out[s] = true
		}
	}
	return out
}

// actual is what came of a series; NaN where it is not scored.
func actual(final *daycast.Panel, s daycast.Series, origin daycast.Day) []float32 {
	out := make([]float32, horizon)
	i := find(final, s)
	for h := range out {
		out[h], _ = evaluate.Actual(final, i, origin+daycast.Day(h+1))
	}
	return out
}
