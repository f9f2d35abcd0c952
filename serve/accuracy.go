package serve

import (
	"cmp"
	"context"
	"maps"
	"math"
	"slices"
	"strconv"

	"daycast"
	"daycast/warehouse"
)

// mostCategories bounds the answer of a shop with thousands of them.
const mostCategories = 100

type accuracyBody struct {
	Step     int         `json:"step" enum:"1,7" doc:"The length of a period in days."`
	Origins  []string    `json:"origins" nullable:"false" doc:"The past days from which the run's choice of model was tried."`
	Horizon  []errorLine `json:"horizon" nullable:"false" doc:"By periods ahead; empty where no run has compared them."`
	Category []errorLine `json:"category" nullable:"false" doc:"The same by category, the most sold first, at most 100."`
	Days     []errorLine `json:"days" nullable:"false" doc:"How served forecasts did since, by the day that they were for, over the newest 8 weeks."`
}

// An errorLine is how far off some forecasts were.
type errorLine struct {
	Name     string `json:"name" doc:"The group: periods ahead, a category or a day." example:"1"`
	WAPE     number `json:"wape" doc:"Sum of |forecast - sold| as a share of what was sold."`
	RMSE     number `json:"rmse" doc:"Root of the mean squared error, in units."`
	Bias     number `json:"bias" doc:"Sum of forecast - sold as a share of what was sold; above zero: too high."`
	Coverage number `json:"coverage" doc:"The share that lies from q10 to q90 where the place traded; 0.8 is right, more where few pieces are sold."`
	Pairs    int64  `json:"pairs" doc:"How many forecasts."`
}

func (s *Server) accuracy(_ context.Context, l *live, _ *struct{}) (accuracyBody, error) {
	horizon, category, days := pools[int32]{}, pools[string]{}, pools[daycast.Day]{}
	origins := map[daycast.Day]bool{}
	for _, e := range l.Errors {
		origins[e.Origin] = true
		horizon.add(e.Horizon, e.Sums())
		category.add(e.Category, e.Sums())
	}
	for _, row := range l.Scores {
		days.add(row.Day, row)
	}
	out := accuracyBody{Step: int(l.shop.Step()), Origins: []string{}}
	for _, o := range slices.Sorted(maps.Keys(origins)) {
		out.Origins = append(out.Origins, o.String())
	}
	out.Horizon = horizon.lines(cmp.Compare, func(h int32) string { return strconv.Itoa(int(h)) })
	out.Category = category.lines(func(a, b string) int {
		return cmp.Or(cmp.Compare(category[b].Sold, category[a].Sold), cmp.Compare(a, b))
	}, func(name string) string { return cmp.Or(name, "no category") })
	out.Category = out.Category[:min(len(out.Category), mostCategories)]
	out.Days = days.lines(cmp.Compare, daycast.Day.String)
	return out, nil
}

// pools are sums by group.
type pools[K comparable] map[K]*warehouse.ScoreRow

func (p pools[K]) add(key K, row warehouse.ScoreRow) {
	sum := p[key]
	if sum == nil {
		sum = &warehouse.ScoreRow{}
		p[key] = sum
	}
	sum.Add(row)
}

// lines are the groups' figures in an order; a figure of nothing is null.
func (p pools[K]) lines(order func(a, b K) int, name func(K) string) []errorLine {
	out := make([]errorLine, 0, len(p))
	for _, key := range slices.SortedFunc(maps.Keys(p), order) {
		s := p[key]
		pairs := float64(s.Pairs)
		out = append(out, errorLine{
			Name: name(key), WAPE: number(s.Absolute / s.Sold), RMSE: number(math.Sqrt(s.Squared / pairs)),
			Bias: number(s.Signed / s.Sold), Coverage: number(float64(s.Inside) / float64(s.Open)), Pairs: s.Pairs,
		})
	}
	return out
}
