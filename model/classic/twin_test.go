package classic

import (
	"math"
	"testing"

	"daycast"
	"daycast/model/modeltest"
)

// historyOf is a daily history.
func historyOf(units []float32) *History {
	h := &History{Season: 7, Step: daycast.Daily}
	for _, y := range units {
		h.Units = append(h.Units, float64(y))
	}
	return h
}

func means(s State, horizon int) []float64 {
	f := Forecast{Mean: make([]float64, horizon)}
	s.Forecast(&f)
	return f.Mean
}

// slowETS is the book's ETS(A,Ad,A), each state kept by period, forecast by
// the formula; s[t+m] in place of s[t] so that indices stay positive.
func slowETS(c etsConstants, start etsState, y []float32, m, horizon int) (forecast []float64, squares float64) {
	n := len(y)
	l, b, s := make([]float64, n+1), make([]float64, n+1), make([]float64, n+1+m)
	l[0], b[0] = start.level, start.trend
	for k := range m {
		s[k+1] = start.season[k]
	}
	for t := 1; t <= n; t++ {
		e := float64(y[t-1]) - (l[t-1] + c.phi*b[t-1] + s[t])
		l[t] = l[t-1] + c.phi*b[t-1] + c.alpha*e
		b[t] = c.phi*b[t-1] + c.beta*e
		s[t+m] = s[t] + c.gamma*e
		squares += e * e
	}
	for h := 1; h <= horizon; h++ {
		phis := 0.0
		for k := 1; k <= h; k++ {
			phis += math.Pow(c.phi, float64(k))
		}
		forecast = append(forecast, l[n]+phis*b[n]+s[n+1+(h-1)%m])
	}
	return forecast, squares
}

func TestETSIsItsFormula(t *testing.T) {
	const horizon = 20
	y := modeltest.Noisy(1, modeltest.Weekly(101, 3, 4, 5, 6, 9, 14, 8), 2)
	start, seasonal := etsStart(historyOf(y).Units, 7, etsStartSeasons)
	if !seasonal {
		t.Fatal("not seasonal")
	}
	for _, c := range etsGrid(true) {
		s := gridETS{constants: c, season: 7, state: start}
		s.read(historyOf(y).Units)
		e, out := s.errors, means(&s, horizon)
		want, squares := slowETS(c, start, y, 7, horizon)
		if math.Abs(e.squares-squares) > 1e-9*squares {
			t.Errorf("%+v: squared errors %g, want %g", c, e.squares, squares)
		}
		for h := range want {
			if math.Abs(out[h]-want[h]) > 1e-9 {
				t.Fatalf("%+v, h %d: %g, want %g", c, h+1, out[h], want[h])
			}
		}
	}
}

// A trend is followed, and noise around a constant is not taken for one.
func TestETSChoosesItsForm(t *testing.T) {
	out := means(ETS{}.Learn(historyOf(modeltest.Trend(100, 10, 1))), 7)
	if out[6] < 109 || out[6] > 118 {
		t.Errorf("after 10, 11, ..., 109: %v", out)
	}
	out = means(ETS{}.Learn(historyOf(modeltest.Noisy(2, modeltest.Constant(200, 20), 3))), 7)
	for _, v := range out {
		if v != out[0] || math.Abs(v-20) > 1 {
			t.Errorf("around 20: %v", out)
		}
	}
}

// slowTheta is the mean of the two lines of Assimakopoulos and Nikolopoulos:
// theta 0, the regression line, and theta 2, which doubles the distance to it,
// forecast by simple exponential smoothing.
func slowTheta(y []float32, alpha float64, horizon int) []float64 {
	n := float64(len(y))
	meanT, meanY := (n+1)/2, 0.0
	for _, v := range y {
		meanY += float64(v) / n
	}
	top, bottom := 0.0, 0.0
	for t, v := range y {
		d := float64(t+1) - meanT
		top += d * (float64(v) - meanY)
		bottom += d * d
	}
	slope := top / bottom
	line := func(t float64) float64 { return meanY + slope*(t-meanT) }
	level := line(0)
	for t, v := range y {
		theta2 := 2*float64(v) - line(float64(t+1))
		level += alpha * (theta2 - level)
	}
	var out []float64
	for h := 1; h <= horizon; h++ {
		out = append(out, (line(n+float64(h))+level)/2)
	}
	return out
}

func TestThetaIsTheMeanOfItsLines(t *testing.T) {
	// Shorter than two seasons: nothing to deseasonalise.
	y := modeltest.Noisy(3, modeltest.Trend(13, 10, 1), 2)
	out := means(Theta{}.Learn(historyOf(y)), 9)
	for _, c := range thetaGrid {
		want := slowTheta(y, c.alpha, len(out))
		same := true
		for h := range want {
			same = same && math.Abs(out[h]-want[h]) < 1e-9
		}
		if same {
			return
		}
	}
	t.Errorf("%v is the forecast of no alpha of the grid", out)
}

// slowLevel is the formula of SeasonalMean's level.
func slowLevel(y []float32, shape []float64, first int, halfLife float64) float64 {
	top, bottom := 0.0, 0.0
	for t, v := range y {
		w := math.Pow(2, -float64(len(y)-1-t)/halfLife)
		top += w * float64(v)
		bottom += w * shape[(first+t)%len(shape)]
	}
	return top / bottom
}

func TestSeasonalMeanLevelIsItsFormula(t *testing.T) {
	// Too short for a shape of its own: it takes the shop's.
	y := []float32{4, 1, 0, 7, 3}
	p := modeltest.Panel(modeltest.Origin, modeltest.Series{Units: y})
	m := shapes{HalfLife: 3, Shop: []float64{.5, 1, 1.5, 1, .5, 2, .5}}
	out := make([]float32, 7)
	m.forecast(p, 0, out)
	first := position(p.Step, p.Start[0])
	level := slowLevel(y, m.Shop, first, m.HalfLife)
	for h := range out {
		want := level * m.Shop[(first+len(y)+h)%7]
		if math.Abs(float64(out[h])-want) > 1e-5 {
			t.Errorf("h %d: %g, want %g", h+1, out[h], want)
		}
	}
}

func TestSeasonalMeanBorrowsTheShape(t *testing.T) {
	week := []float32{10, 10, 10, 10, 10, 40, 10}
	big := modeltest.Series{Category: "a", Units: modeltest.Noisy(4, modeltest.Weekly(200, week...), 3)}
	flat := modeltest.Series{Category: "a", Units: modeltest.Noisy(5, modeltest.Constant(200, 30), 3)}
	rare := modeltest.Series{Category: "a", Units: modeltest.Intermittent(6, 200, .05, 1)}
	p := modeltest.Panel(modeltest.Origin, big, flat, rare)
	pool := newPool()
	for i := range p.Series {
		pool.add(p, i)
	}
	m := pool.shapes()
	m.HalfLife = 28
	saturday := func(i int) float64 { // relative to the other days
		out := make([]float32, 7)
		m.forecast(p, i, out)
		return 6 * float64(out[5]) / float64(out[0]+out[1]+out[2]+out[3]+out[4]+out[6])
	}
	group := m.Groups["category"]["a"]
	pooled := 6 * group[position(p.Step, p.Origin+6)] / (7 - group[position(p.Step, p.Origin+6)])
	for i, want := range []float64{4, 1, pooled} {
		if got := saturday(i); math.Abs(got-want) > .15*want {
			t.Errorf("series %d: the sixth day sells %.2f times the others, want about %.2f", i, got, want)
		}
	}
}

func TestHalfLifeFollowsTheData(t *testing.T) {
	choose := func(units []float32) float64 {
		o := trials{horizon: 14}
		o.add(modeltest.Panel(modeltest.Origin, modeltest.Series{Units: units}), 0)
		return o.best()
	}
	if got := choose(modeltest.Trend(300, 10, 1)); got != halfLives[0] {
		t.Errorf("a level that moves: half-life %g", got)
	}
	if got := choose(modeltest.Noisy(7, modeltest.Constant(300, 20), 10)); got < 28 {
		t.Errorf("noise around a constant: half-life %g", got)
	}
}

func TestPosition(t *testing.T) {
	for d := daycast.Day(-1000); d < 1000; d++ {
		if (position(daycast.Daily, d)+1)%7 != position(daycast.Daily, d+1) {
			t.Fatalf("daily position jumps at %d", d)
		}
		if (position(daycast.Weekly, d)+1)%52 != position(daycast.Weekly, d+7) {
			t.Fatalf("weekly position jumps at %d", d)
		}
	}
}
