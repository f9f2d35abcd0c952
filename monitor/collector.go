package monitor

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// A Collector gives Prometheus what is known of a shop at each scrape. Its
// labels have few values, however many products there are: two windows and
// what they are compared with, six groups of horizons, at most 21 categories, the steps of a run. A figure that
// is not known is left out.
type Collector struct {
	Inputs func() Inputs
}

func desc(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc("daycast_"+name, help, labels, nil)
}

// The metrics, in the order of Describe.
var (
	wapeDesc     = desc("forecast_wape", "Sum of absolute errors by sum of units, of the forecasts for the window's days.", "window", "horizon")
	rmseDesc     = desc("forecast_rmse", "Root of the mean squared error, in units.", "window", "horizon")
	maeDesc      = desc("forecast_mae", "Mean absolute error, in units.", "window", "horizon")
	biasDesc     = desc("forecast_bias", "Sum of forecasts minus units by sum of units; above zero: forecasts too high.", "window", "horizon")
	coverageDesc = desc("forecast_coverage", "Share of units between the 10% and the 90% quantile; 0.8 is right, more where few pieces are sold.", "window", "horizon")

	categoryWAPEDesc     = desc("category_wape", "As daycast_forecast_wape, of one category and all horizons.", "window", "category")
	categoryBiasDesc     = desc("category_bias", "As daycast_forecast_bias, of one category and all horizons.", "window", "category")
	categoryCoverageDesc = desc("category_coverage", "As daycast_forecast_coverage, of one category and all horizons.", "window", "category")

	referenceDesc = desc("forecast_wape_reference", "The WAPE of the 56 days before the newest 7.")
	pairsDesc     = desc("forecast_scored_pairs", "Forecasts that were compared with what was sold.", "window")

	lastDayDesc     = desc("data_last_day_timestamp_seconds", "The first instant, in UTC, of the newest day with sales.")
	periodDesc      = desc("data_period_seconds", "How long a period is: a day, or a week, which counts once it is over.")
	quarantinedDesc = desc("data_quarantined_rows", "Rows of the shop's tables that could not be read.")
	rulesDesc       = desc("contract_broken_rules", "Rules of the data contract that the newest run found broken.", "severity")
	asideDesc       = desc("contract_set_aside_rows", "Rows that the data contract set aside in the newest run.")
	staleDesc       = desc("signal_stale", "1 where the newest run had no fresh answer of this source of signals and went on with an older one, else 0.", "source")
	answeredDesc    = desc("signal_answer_timestamp_seconds", "When this source of signals last answered.", "source")
	leftDesc        = desc("signal_requests_left", "Requests to this source of signals that were left of its day after the newest run.", "source")
	failuresDesc    = desc("forecast_failures", "Series that got a simple forecast because the model failed on them.")

	lastSuccessDesc = desc("run_last_success_timestamp_seconds", "When the newest run that did not fail ended.")
	lastEndDesc     = desc("run_last_end_timestamp_seconds", "When the newest run ended.")
	runFailedDesc   = desc("run_failed", "1 where the newest run failed, else 0.")
	passingDesc     = desc("run_failed_passing", "1 where the newest run failed for a reason that passes, and another try is due, else 0.")
	stepDesc        = desc("run_step_seconds", "How long the steps of the newest run took.", "step")

	championDesc  = desc("champion_origin_timestamp_seconds", "The first instant, in UTC, of the last day that the champion has learned from.")
	decisionsDesc = desc("gate_decisions_total", "New models that became the champion or did not, and promotions by hand.", "decision")

	brokenDesc = desc("monitor_broken", "1 where this part's record cannot be read, so that its metrics are missing.", "part")
)

// Describe names the metrics.
func (c Collector) Describe(out chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{
		wapeDesc, rmseDesc, maeDesc, biasDesc, coverageDesc, categoryWAPEDesc, categoryBiasDesc, categoryCoverageDesc,
		referenceDesc, pairsDesc, lastDayDesc, periodDesc, quarantinedDesc, rulesDesc, asideDesc, staleDesc, answeredDesc, leftDesc, failuresDesc, lastSuccessDesc, lastEndDesc, runFailedDesc,
		passingDesc, stepDesc, championDesc, decisionsDesc, brokenDesc,
	} {
		out <- d
	}
}

// Collect gives their values.
func (c Collector) Collect(out chan<- prometheus.Metric) {
	in, s := c.Inputs(), sink(out)
	s.accuracy(in.Accuracy)
	s.data(in.Data)
	s.contract(in.Contract)
	s.signals(in.Signals)
	s.runs(in.Runs)
	s.model(in.Model)
}

// sink is where metrics go.
type sink chan<- prometheus.Metric

func (s sink) gauge(d *prometheus.Desc, v float64, labels ...string) {
	if known(v) != nil {
		s <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
}

func (s sink) time(d *prometheus.Desc, t time.Time, labels ...string) {
	s.gauge(d, float64(t.UnixMilli())/1000, labels...)
}

func (s sink) truth(d *prometheus.Desc, is bool, labels ...string) {
	v := 0.
	if is {
		v = 1
	}
	s.gauge(d, v, labels...)
}

func (s sink) accuracy(a Accuracy) {
	for window, w := range map[string]Window{"7d": a.Week, "28d": a.Month} {
		if w.All.Pairs == 0 {
			continue
		}
		s.gauge(pairsDesc, float64(w.All.Pairs), window)
		for _, g := range append([]Group{{"all", w.All}}, w.Horizons...) {
			s.gauge(wapeDesc, g.Figures.WAPE, window, g.Name)
			s.gauge(rmseDesc, g.Figures.RMSE, window, g.Name)
			s.gauge(maeDesc, g.Figures.MAE, window, g.Name)
			s.gauge(biasDesc, g.Figures.Bias, window, g.Name)
			s.gauge(coverageDesc, g.Figures.Coverage, window, g.Name)
		}
	}
	for _, g := range a.Categories {
		s.gauge(categoryWAPEDesc, g.Figures.WAPE, "28d", g.Name)
		s.gauge(categoryBiasDesc, g.Figures.Bias, "28d", g.Name)
		s.gauge(categoryCoverageDesc, g.Figures.Coverage, "28d", g.Name)
	}
	if a.Reference.Pairs > 0 {
		s.gauge(pairsDesc, float64(a.Reference.Pairs), "reference")
		s.gauge(referenceDesc, a.Reference.WAPE)
	}
}

func (s sink) data(d Data) {
	s.truth(brokenDesc, d.Broken != "", "data")
	if d.Broken != "" || d.Snapshot == "" {
		return
	}
	s.time(lastDayDesc, d.Last.Time())
	s.gauge(periodDesc, float64(d.Step)*24*60*60)
	s.gauge(quarantinedDesc, float64(d.Quarantined))
	s.gauge(failuresDesc, float64(d.Failures))
}

func (s sink) contract(c Contract) {
	s.truth(brokenDesc, c.Broken != "", "contract")
	if c.Broken != "" || c.Run == "" {
		return
	}
	for severity, n := range c.Rules {
		s.gauge(rulesDesc, float64(n), severity)
	}
	s.gauge(asideDesc, float64(c.Aside))
}

func (s sink) signals(g Signals) {
	s.truth(brokenDesc, g.Broken != "", "signals")
	for _, source := range g.Sources {
		s.truth(staleDesc, source.Stale != "", source.Name)
		if !source.Answered.IsZero() {
			s.time(answeredDesc, source.Answered, source.Name)
		}
		if source.Left >= 0 {
			s.gauge(leftDesc, float64(source.Left), source.Name)
		}
	}
}

func (s sink) runs(r Runs) {
	s.truth(brokenDesc, r.Broken != "", "run")
	if success := r.success(); success != nil {
		s.time(lastSuccessDesc, success.Ended)
	}
	newest := r.newest()
	if newest == nil {
		return
	}
	s.time(lastEndDesc, newest.Ended)
	s.truth(runFailedDesc, newest.State == Failed)
	s.truth(passingDesc, newest.passing())
	for step, seconds := range newest.Seconds {
		s.gauge(stepDesc, seconds, step)
	}
}

func (s sink) model(m Model) {
	s.truth(brokenDesc, m.Broken != "", "model")
	if m.Broken != "" {
		return
	}
	if m.Champion != nil {
		s.time(championDesc, m.Champion.Origin.Time())
	}
	promoted, refused, byHand := m.decided()
	for decision, n := range map[string]int{"promoted": promoted, "refused": refused, "by_hand": byHand} {
		s <- prometheus.MustNewConstMetric(decisionsDesc, prometheus.CounterValue, float64(n), decision)
	}
}
