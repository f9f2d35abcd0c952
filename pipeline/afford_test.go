package pipeline

import (
	"context"
	"strings"
	"testing"
	"time"

	"daycast/model"
	"daycast/model/classic"
	"daycast/model/modeltest"
)

// slow is a model whose fit takes so long by a clock that nothing else moves.
type slow struct {
	model.Model
	takes time.Duration
	clock *time.Time
}

func (s slow) Fit(ctx context.Context, t model.Training) (model.Fitted, error) {
	*s.clock = s.clock.Add(s.takes)
	return s.Model.Fit(ctx, t)
}

// What was chosen is fitted again within the time that is left: the lightest go
// first, and the heaviest stays whatever it takes.
func TestLearnAffords(t *testing.T) {
	units := make([][]float32, 8)
	for i := range units {
		for k := range 200 {
			units[i] = append(units[i], float32(10+i+(k*k+3*i)%7))
		}
	}
	for _, c := range []struct {
		until   time.Duration // after the backtest; 0: whenever
		sampled bool          // there is no choice by series
		want    string
	}{
		{0, true, "mean(3 ets,weekday_mean)"},
		{14 * time.Minute, true, "mean(3 ets,weekday_mean)"},
		{13 * time.Minute, true, "ets"},
		{-time.Hour, true, "ets"},
		{0, false, "by series: mean(3 ets,weekday_mean) or ets or weekday_mean or window_mean"},
		{time.Hour, false, "by series: mean(3 ets,weekday_mean) or ets or weekday_mean or window_mean"},
		{14 * time.Minute, false, "mean(3 ets,weekday_mean)"},
		{-time.Hour, false, "ets"},
	} {
		start := time.Unix(1e9, 0)
		clock := start
		l := learningOf(units,
			slow{classic.WindowMean{}, time.Minute, &clock}, slow{classic.SeasonalMean{}, 7 * time.Minute, &clock}, slow{classic.ETS{}, 2 * time.Minute, &clock})
		l.Now = func() time.Time { return clock }
		l.Origins, l.Scored, l.Sampled = 2, 1, c.sampled
		if c.until != 0 {
			l.Until = start.Add(20*time.Minute + c.until)
		}
		learned, err := l.Learn(t.Context(), modeltest.Origin)
		if err != nil {
			t.Fatal(err)
		}
		left := strings.Contains(strings.Join(learned.Notes, "\n"), "weekday_mean was left out of what was chosen")
		if got := learned.Choice.Name(); got != c.want || left != (c.want == "ets") || !(learned.Choice.Score.N > 0) {
			t.Errorf("%s: %s, notes %q, want %s", c.until, got, learned.Notes, c.want)
		}
	}
}
