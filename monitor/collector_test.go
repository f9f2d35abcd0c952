package monitor_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"daycast"
	"daycast/monitor"
	"daycast/warehouse"
)

func collector(in monitor.Inputs) monitor.Collector {
	return monitor.Collector{Inputs: func() monitor.Inputs { return in }}
}

func TestCollector(t *testing.T) {
	in := healthy()
	in.Signals.Sources = []monitor.SignalSource{{Name: "openmeteo", Answered: now, Left: -1}, {Name: "x", Stale: "x is down", Left: 20}}
	r := prometheus.NewPedanticRegistry()
	r.MustRegister(collector(in))
	if problems, err := testutil.GatherAndLint(r); err != nil || len(problems) > 0 {
		t.Errorf("%v, %v", problems, err)
	}
	const want = `
# HELP daycast_forecast_wape Sum of absolute errors by sum of units, of the forecasts for the window's days.
# TYPE daycast_forecast_wape gauge
daycast_forecast_wape{horizon="all",window="7d"} 0.45
daycast_forecast_wape{horizon="all",window="28d"} 0.44
daycast_forecast_wape{horizon="1",window="28d"} 0.4
daycast_forecast_wape{horizon="2-7",window="28d"} 0.43
daycast_forecast_wape{horizon="8-14",window="28d"} 0.44
daycast_forecast_wape{horizon="15-28",window="28d"} 0.46
# HELP daycast_category_wape As daycast_forecast_wape, of one category and all horizons.
# TYPE daycast_category_wape gauge
daycast_category_wape{category="toys",window="28d"} 0.4
daycast_category_wape{category="garden",window="28d"} 0.5
# HELP daycast_forecast_wape_reference The WAPE of the 56 days before the newest 7.
# TYPE daycast_forecast_wape_reference gauge
daycast_forecast_wape_reference 0.44
# HELP daycast_forecast_scored_pairs Forecasts that were compared with what was sold.
# TYPE daycast_forecast_scored_pairs gauge
daycast_forecast_scored_pairs{window="7d"} 700
daycast_forecast_scored_pairs{window="28d"} 700
daycast_forecast_scored_pairs{window="reference"} 700
# HELP daycast_data_last_day_timestamp_seconds The first instant, in UTC, of the newest day with sales.
# TYPE daycast_data_last_day_timestamp_seconds gauge
daycast_data_last_day_timestamp_seconds 1.7281728e+09
# HELP daycast_data_period_seconds How long a period is: a day, or a week, which counts once it is over.
# TYPE daycast_data_period_seconds gauge
daycast_data_period_seconds 86400
# HELP daycast_data_quarantined_rows Rows of the shop's tables that could not be read.
# TYPE daycast_data_quarantined_rows gauge
daycast_data_quarantined_rows 12
# HELP daycast_contract_broken_rules Rules of the data contract that the newest run found broken.
# TYPE daycast_contract_broken_rules gauge
daycast_contract_broken_rules{severity="quarantine"} 0
daycast_contract_broken_rules{severity="stop"} 0
daycast_contract_broken_rules{severity="warn"} 0
# HELP daycast_contract_set_aside_rows Rows that the data contract set aside in the newest run.
# TYPE daycast_contract_set_aside_rows gauge
daycast_contract_set_aside_rows 3
# HELP daycast_run_last_success_timestamp_seconds When the newest run that did not fail ended.
# TYPE daycast_run_last_success_timestamp_seconds gauge
daycast_run_last_success_timestamp_seconds 1.7282772e+09
# HELP daycast_run_last_end_timestamp_seconds When the newest run ended.
# TYPE daycast_run_last_end_timestamp_seconds gauge
daycast_run_last_end_timestamp_seconds 1.7282772e+09
# HELP daycast_run_failed 1 where the newest run failed, else 0.
# TYPE daycast_run_failed gauge
daycast_run_failed 0
# HELP daycast_run_failed_passing 1 where the newest run failed for a reason that passes, and another try is due, else 0.
# TYPE daycast_run_failed_passing gauge
daycast_run_failed_passing 0
# HELP daycast_run_step_seconds How long the steps of the newest run took.
# TYPE daycast_run_step_seconds gauge
daycast_run_step_seconds{step="publish"} 20
daycast_run_step_seconds{step="train"} 100
# HELP daycast_champion_origin_timestamp_seconds The first instant, in UTC, of the last day that the champion has learned from.
# TYPE daycast_champion_origin_timestamp_seconds gauge
daycast_champion_origin_timestamp_seconds 1.727568e+09
# HELP daycast_gate_decisions_total New models that became the champion or did not, and promotions by hand.
# TYPE daycast_gate_decisions_total counter
daycast_gate_decisions_total{decision="by_hand"} 1
daycast_gate_decisions_total{decision="promoted"} 1
daycast_gate_decisions_total{decision="refused"} 1
# HELP daycast_monitor_broken 1 where this part's record cannot be read, so that its metrics are missing.
# TYPE daycast_monitor_broken gauge
daycast_monitor_broken{part="contract"} 0
daycast_monitor_broken{part="data"} 0
daycast_monitor_broken{part="model"} 0
daycast_monitor_broken{part="run"} 0
daycast_monitor_broken{part="signals"} 0
# HELP daycast_signal_stale 1 where the newest run had no fresh answer of this source of signals and went on with an older one, else 0.
# TYPE daycast_signal_stale gauge
daycast_signal_stale{source="openmeteo"} 0
daycast_signal_stale{source="x"} 1
# HELP daycast_signal_requests_left Requests to this source of signals that were left of its day after the newest run.
# TYPE daycast_signal_requests_left gauge
daycast_signal_requests_left{source="x"} 20
`
	names := []string{
		"daycast_forecast_wape", "daycast_category_wape", "daycast_forecast_wape_reference", "daycast_forecast_scored_pairs",
		"daycast_data_last_day_timestamp_seconds", "daycast_data_period_seconds", "daycast_data_quarantined_rows", "daycast_run_last_success_timestamp_seconds",
		"daycast_run_last_end_timestamp_seconds", "daycast_run_failed", "daycast_run_failed_passing", "daycast_run_step_seconds",
		"daycast_champion_origin_timestamp_seconds", "daycast_gate_decisions_total", "daycast_monitor_broken",
		"daycast_contract_broken_rules", "daycast_contract_set_aside_rows", "daycast_signal_stale", "daycast_signal_requests_left",
	}
	if err := testutil.GatherAndCompare(r, strings.NewReader(want), names...); err != nil {
		t.Error(err)
	}
	for _, name := range []string{"forecast_rmse", "forecast_mae", "forecast_bias", "forecast_coverage", "category_bias", "category_coverage", "forecast_failures", "signal_answer_timestamp_seconds"} {
		if n, err := testutil.GatherAndCount(r, "daycast_"+name); err != nil || n == 0 {
			t.Errorf("%s: %d series, %v", name, n, err)
		}
	}
}

// A shop with a thousand categories, all horizons and every step costs
// Prometheus no more series than this.
func TestCardinality(t *testing.T) {
	var rows []warehouse.ScoreRow
	for c := range 1000 {
		for h := range daycast.Day(40) {
			rows = append(rows, warehouse.ScoreRow{
				Origin: last - h - 1, Day: last, Category: fmt.Sprint("category ", c), Pairs: 1, Absolute: 1, Sold: 2, Open: 1, Inside: 1,
			}, warehouse.ScoreRow{Origin: last - 41, Day: last - 20, Category: fmt.Sprint("category ", c), Pairs: 1, Absolute: 1, Sold: 2, Open: 1})
		}
	}
	in := healthy()
	in.Accuracy = pool(t, daycast.Daily, rows...)
	r := prometheus.NewPedanticRegistry()
	r.MustRegister(collector(in))
	n, err := testutil.GatherAndCount(r)
	if err != nil {
		t.Fatal(err)
	}
	// 5 figures of 2 windows and 6 groups of horizons, 3 of 21 categories, 27 others at most.
	if most := 5*2*6 + 3*21 + 27; n > most {
		t.Errorf("%d series, want at most %d", n, most)
	}
	if n, _ := testutil.GatherAndCount(r, "daycast_category_wape"); n != 21 {
		t.Errorf("%d categories, want 21", n)
	}
	if n, _ := testutil.GatherAndCount(r, "daycast_forecast_bias"); n != 12 {
		t.Errorf("%d windows and horizons, want 12", n)
	}
}

// A failed run that daycast monitor calls bad is critical by the metrics, and
// one that it warns of passes: deploy/prometheus tells them apart by these two.
func TestFailedRunAgrees(t *testing.T) {
	for code, verdict := range map[daycast.Code]monitor.Verdict{
		daycast.Invalid: monitor.Bad, daycast.NotFound: monitor.Bad, daycast.Unauthorized: monitor.Bad, daycast.Internal: monitor.Bad,
		daycast.Unavailable: monitor.Warn, daycast.Conflict: monitor.Warn,
	} {
		in := healthy()
		in.Runs.Ended = append(in.Runs.Ended, monitor.Run{State: monitor.Failed, Ended: now, Code: code})
		passing := 0
		if verdict == monitor.Warn {
			passing = 1
		}
		want := fmt.Sprintf(`
# HELP daycast_run_failed 1 where the newest run failed, else 0.
# TYPE daycast_run_failed gauge
daycast_run_failed 1
# HELP daycast_run_failed_passing 1 where the newest run failed for a reason that passes, and another try is due, else 0.
# TYPE daycast_run_failed_passing gauge
daycast_run_failed_passing %d
`, passing)
		if err := testutil.CollectAndCompare(collector(in), strings.NewReader(want), "daycast_run_failed", "daycast_run_failed_passing"); err != nil {
			t.Errorf("%s: %v", code, err)
		}
		if v := monitor.Check(in, monitor.AlertLimits()).Run.Verdict; v != verdict {
			t.Errorf("%s: %s, want %s", code, v, verdict)
		}
	}
}

// What is not known is left out, and never zero or no number.
func TestCollectorOfNothing(t *testing.T) {
	for name, in := range map[string]monitor.Inputs{
		"new":    {},
		"broken": {Data: monitor.Data{Broken: "x"}, Contract: monitor.Contract{Broken: "x"}, Signals: monitor.Signals{Broken: "x"}, Runs: monitor.Runs{Broken: "x"}, Model: monitor.Model{Broken: "x"}},
		"nothing sold": {Accuracy: monitor.Accuracy{Week: monitor.Window{All: monitor.Figures{
			WAPE: math.NaN(), RMSE: 1, MAE: 1, Bias: math.NaN(), Coverage: math.NaN(), Pairs: 1,
		}}}},
	} {
		r := prometheus.NewPedanticRegistry()
		r.MustRegister(collector(in))
		families, err := r.Gather()
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range families {
			for _, m := range f.Metric {
				v := m.GetGauge().GetValue()
				if broken := f.GetName() == "daycast_monitor_broken"; v != v || broken && v != 0 != (name == "broken") {
					t.Errorf("%s: %s is %v", name, f.GetName(), m)
				}
			}
			switch f.GetName() {
			case "daycast_monitor_broken", "daycast_gate_decisions_total":
			case "daycast_forecast_scored_pairs", "daycast_forecast_rmse", "daycast_forecast_mae":
				if name != "nothing sold" {
					t.Errorf("%s: there is %s", name, f.GetName())
				}
			default:
				t.Errorf("%s: there is %s", name, f.GetName())
			}
		}
	}
}
