package feature_test

import (
	"math"
	"testing"

	"daycast"
	"daycast/feature"
)

// row1 is what a naive twin looks at: the row of series i, from its t-th
// period, h ahead.
type row1 struct {
	p       *daycast.Panel
	i, t, h int
	scale   float64
}

func (r row1) week() int { return 7 / int(r.p.Step) }

// value is the evidence of period k up to the origin.
func (r row1) value(k int) (float64, bool) {
	if k < 0 || k > r.t || !r.p.StateOf(r.i)[k].Evidence() {
		return 0, false
	}
	return float64(r.p.TrainOf(r.i)[k]), true
}

// meanOf is that of what there is at [lo, hi].
func meanIn(lo, hi int, of func(k int) (float64, bool)) float64 {
	var sum, n float64
	for k := lo; k <= hi; k++ {
		if v, ok := of(k); ok {
			sum, n = sum+v, n+1
		}
	}
	return sum / n
}

func known(v float32) (float64, bool) { return float64(v), v == v }

// price is that of the target as known at the origin.
func (r row1) price() float64 {
	prices := r.p.PriceOf(r.i)
	if k := r.t + r.h; k < len(prices) {
		return float64(prices[k])
	} else if k -= len(prices); k < r.p.Ahead.Periods {
		return float64(r.p.Ahead.Price[r.i*r.p.Ahead.Periods+k])
	}
	return float64(prices[r.t])
}

// before is the newest period up to the origin whole seasons before the target.
func (r row1) before(season int) int {
	k := r.t + r.h - season
	for k > r.t {
		k -= season
	}
	return k
}

func (r row1) priceAt(k int) (float64, bool) {
	if k < 0 || k > r.t {
		return 0, false
	}
	return known(r.p.PriceOf(r.i)[k])
}

// total is a vector of totals of the series' group at period k of the series.
func (r row1) total(level string, of [][][]float32, k int) (float64, bool) {
	g := 0
	for _, l := range r.p.Levels {
		if l.Name == level {
			g = int(l.Of[r.i])
		}
	}
	for n, name := range r.p.Totals.Levels {
		if at := k + int(r.p.Start[r.i]-r.p.Totals.First)/int(r.p.Step); name == level && at >= 0 {
			return known(of[n][g][at])
		}
	}
	return 0, false
}

// others is the mean of the group's other series over weeks.
func (r row1) others(level string, weeks int) float64 {
	var sum, listed float64
	for k := r.t - weeks*r.week() + 1; k <= r.t; k++ {
		for j := range r.p.Series {
			if level != "shop" && groupOf(r.p, level, j) != groupOf(r.p, level, r.i) || j == r.i {
				continue
			}
			at := k + int(r.p.Start[r.i]-r.p.Start[j])/int(r.p.Step)
			if at >= 0 && at < r.p.Len(j) && r.p.StateOf(j)[at].Evidence() {
				sum, listed = sum+float64(r.p.TrainOf(j)[at]), listed+1
			}
		}
	}
	return sum / listed
}

func groupOf(p *daycast.Panel, level string, i int) int32 {
	for _, l := range p.Levels {
		if l.Name == level {
			return l.Of[i]
		}
	}
	return -1
}

func (r row1) signal(name string, k int) (float64, bool) {
	for n := range r.p.Signals {
		if s := &r.p.Signals[n]; s.Name == name {
			return known(s.At(r.i, r.p.Start[r.i]+daycast.Day(k)*daycast.Day(r.p.Step)))
		}
	}
	return 0, false
}

// bounded is a ratio as trees are given it.
func bounded(a, b float64) float64 {
	if !(b > 0) {
		return math.NaN()
	}
	return math.Min(a/b, 10)
}

// naive are features by their words.
var naive = map[string]func(r row1) float64{
	"smooth_30": func(r row1) float64 {
		first := int(r.p.Start[r.i]) / int(r.p.Step)
		m, begun := math.NaN(), (first+r.t)/64*64-64-first
		for k := max(0, begun); k <= r.t; k++ {
			if v, ok := r.value(k); ok && m != m {
				m = v
			} else if ok {
				m = 0.7*m + 0.3*v
			}
		}
		return m / r.scale
	},
	"mean_13w": func(r row1) float64 { return meanIn(r.t-13*r.week()+1, r.t, r.value) / r.scale },
	"same_13": func(r row1) float64 {
		season := r.p.Step.Season()
		last := r.before(season)
		return meanIn(0, 12, func(n int) (float64, bool) { return r.value(last - n*season) }) / r.scale
	},
	"price_to_mean": func(r row1) float64 { return r.price() / meanIn(r.t-8*r.week()+1, r.t, r.priceAt) },
	"price_change_4w": func(r row1) float64 {
		if v, ok := r.priceAt(r.before(4 * r.week())); ok {
			return bounded(r.price(), v)
		}
		return math.NaN()
	},
	"price_end": func(r row1) float64 { return math.Mod(math.Round(100*r.price()), 10) },
	"price_kinds": func(r row1) float64 {
		seen := map[float64]bool{}
		for k := r.t - 52*r.week() + 1; k <= r.t; k++ {
			if v, ok := r.priceAt(k); ok {
				seen[v] = true
			}
		}
		return float64(len(seen))
	},
	"since_price_change": func(r row1) float64 {
		n := 0
		for n < 52*r.week() && n < r.t && r.p.PriceOf(r.i)[r.t-n-1] == r.p.PriceOf(r.i)[r.t] {
			n++
		}
		return math.Log1p(float64(n))
	},
	"category_ratio": func(r row1) float64 { return bounded(meanIn(r.t-4*r.week()+1, r.t, r.value), r.others("category", 4)) },
	"place_others_trend": func(r row1) float64 {
		return bounded(r.others("place", 4), r.others("place", 13))
	},
	"category_trend": func(r row1) float64 {
		of := func(k int) (float64, bool) { return r.total("category", r.p.Totals.Mean, k) }
		if r.t+int(r.p.Start[r.i]-r.p.Totals.First)/int(r.p.Step) < 4*r.week()-1 {
			return math.NaN()
		}
		return bounded(meanIn(r.t-r.week()+1, r.t, of), meanIn(r.t-4*r.week()+1, r.t, of))
	},
	"category_price": func(r row1) float64 {
		return bounded(r.price(), meanIn(r.t-4*r.week()+1, r.t, func(k int) (float64, bool) { return r.total("category", r.p.Totals.Price, k) }))
	},
	"category_encoded": func(r row1) float64 {
		from := -int(r.p.Start[r.i]-r.p.Totals.First) / int(r.p.Step)
		return bounded(meanIn(from, r.t, func(k int) (float64, bool) { return r.total("category", r.p.Totals.Mean, k) }),
			meanIn(from, r.t, func(k int) (float64, bool) { return r.total("shop", r.p.Totals.Mean, k) }))
	},
	"shop_weekday": func(r row1) float64 {
		from := -int(r.p.Start[r.i]-r.p.Totals.First) / int(r.p.Step)
		of := func(k int) (float64, bool) { return r.total("shop", r.p.Totals.Mean, k) }
		return bounded(meanIn(from, r.t, func(k int) (float64, bool) {
			v, ok := of(k)
			return v, ok && (r.t+r.h-k)%r.p.Step.Season() == 0
		}), meanIn(from, r.t, of))
	},
	"visits_mean": func(r row1) float64 {
		return meanIn(r.t-4*r.week()+1, r.t, func(k int) (float64, bool) { return r.signal("visits", k) })
	},
	"temperature_change": func(r row1) float64 {
		v, ok := r.signal("temperature", r.t+r.h)
		if !ok {
			return math.NaN()
		}
		return v - meanIn(r.t-4*r.week()+1, r.t, func(k int) (float64, bool) { return r.signal("temperature", k) })
	},
	"promotion_since": func(r row1) float64 {
		n := 0
		for n < 8*r.week() {
			if v, ok := r.signal("promotion", r.t+r.h-1-n); ok && v > 0 {
				break
			}
			n++
		}
		return math.Log1p(float64(n))
	},
	"promotion_like_same": func(r row1) float64 {
		target, ok := r.signal("promotion", r.t+r.h)
		return meanIn(r.t-26*r.week()+1, r.t, func(k int) (float64, bool) {
			v, known := r.value(k)
			s, has := r.signal("promotion", k)
			return v, known && ok && has && s == target && (r.t+r.h-k)%r.week() == 0
		}) / r.scale
	},
	"event_next": func(r row1) float64 { return r.nearest(1) },
	"event_last": func(r row1) float64 { return r.nearest(-1) },
	"share_closed_4w": func(r row1) float64 {
		return meanIn(max(0, r.t-4*r.week()+1), r.t, func(k int) (float64, bool) {
			s := r.p.StateOf(r.i)[k]
			v := 0.0
			if s == daycast.Closed {
				v = 1
			}
			return v, s != daycast.NotListed && s != daycast.Missing
		})
	},
}

func (r row1) nearest(step int) float64 {
	for n := range 14 {
		if _, ok := r.signal("event", r.t+r.h+step*n); ok {
			return float64(n)
		}
	}
	return 14
}

// TestFeaturesAreWhatTheirWordsSay compares batches with naive twins.
func TestFeaturesAreWhatTheirWordsSay(t *testing.T) {
	panels(t, func(t *testing.T, p *daycast.Panel) {
		set := feature.NewSet(p, feature.Groups()...)
		index := map[string]int{}
		for c, column := range set.Columns() {
			index[column.Name] = c
		}
		reader := set.Bind(p).Batch()
		for i := range p.Series {
			var want []feature.Want
			for k := 3; k < p.Len(i); k += 13 {
				want = append(want, feature.Want{T: k, H: 1}, feature.Want{T: k, H: 10})
			}
			got := batch(reader, set.Columns(), i, want)
			for name, of := range naive {
				c, ok := index[name]
				if !ok {
					t.Fatalf("there is no %s", name)
				}
				for k, w := range want {
					a, b := float64(got.Data[c][k]), of(row1{p, i, w.T, w.H, reader.Scale(k)})
					if math.IsNaN(a) != math.IsNaN(b) || math.Abs(a-b) > 1e-5*(1+math.Abs(b)) {
						t.Errorf("%s of series %d at %v is %g, want %g", name, i, w, a, b)
						break
					}
				}
			}
		}
	})
}
