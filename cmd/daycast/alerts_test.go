package main_test

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"

	"daycast/monitor"
)

// repository is the root, seen from the tests' folder.
const repository = "../.."

// monitoringPage explains the alerts and the metrics.
func monitoringPage(t *testing.T) string {
	t.Helper()
	return read(t, filepath.Join(repository, "docs", "monitoring.md"))
}

// deployed is a file of deploy/.
func deployed(path ...string) string {
	return filepath.Join(append([]string{repository, "deploy"}, path...)...)
}

func readYAML(t *testing.T, path string, into any) {
	t.Helper()
	if err := yaml.Unmarshal([]byte(read(t, path)), into); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
}

// An alert is a rule of alerts.yml.
type alert struct {
	Name        string `yaml:"alert"`
	Expr        string
	Labels      map[string]string
	Annotations map[string]string
}

func alerts(t *testing.T) (all []alert) {
	t.Helper()
	var file struct{ Groups []struct{ Rules []alert } }
	readYAML(t, deployed("prometheus", "alerts.yml"), &file)
	for _, g := range file.Groups {
		all = append(all, g.Rules...)
	}
	if len(all) == 0 {
		t.Fatal("no alerts")
	}
	return all
}

// The promtool commands of docs/monitoring.md find nothing wrong: they check
// the config and the rules, and run the rules' own tests.
func TestPromtool(t *testing.T) {
	t.Parallel()
	promtool := tool(t, "promtool")
	commands := regexp.MustCompile(`(?m)^promtool (.*)$`).FindAllStringSubmatch(monitoringPage(t), -1)
	if len(commands) < 2 {
		t.Fatalf("docs/monitoring.md has %d promtool commands, want check and test", len(commands))
	}
	for _, m := range commands {
		c := exec.CommandContext(t.Context(), promtool, strings.Fields(m[1])...)
		c.Dir = repository
		if out, err := c.CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", m[0], err, out)
		}
	}
}

// Every alert has a case in which it fires and one in which it is quiet, says
// what a reader needs, and is explained in the documentation.
func TestEveryAlertIsTested(t *testing.T) {
	t.Parallel()
	var file struct {
		Tests []struct {
			Cases []struct {
				Alert  string `yaml:"alertname"`
				Alerts []any  `yaml:"exp_alerts"`
			} `yaml:"alert_rule_test"`
		}
	}
	readYAML(t, deployed("prometheus", "alerts_test.yml"), &file)
	fires, quiet := map[string]bool{}, map[string]bool{}
	for _, test := range file.Tests {
		for _, c := range test.Cases {
			if len(c.Alerts) > 0 {
				fires[c.Alert] = true
			} else {
				quiet[c.Alert] = true
			}
		}
	}
	docs := monitoringPage(t)
	for _, a := range alerts(t) {
		if !fires[a.Name] || !quiet[a.Name] {
			t.Errorf("%s has a case that fires: %t, and one that is quiet: %t", a.Name, fires[a.Name], quiet[a.Name])
		}
		if s := a.Labels["severity"]; s != "critical" && s != "warning" {
			t.Errorf("%s has the severity %q", a.Name, s)
		}
		for _, key := range []string{"summary", "description", "runbook"} {
			if a.Annotations[key] == "" {
				t.Errorf("%s has no %s", a.Name, key)
			}
		}
		if !strings.Contains(docs, "`"+a.Name+"`") {
			t.Errorf("docs/monitoring.md does not explain %s", a.Name)
		}
	}
}

// floors are how many pairs an alert wants scored.
func (a alert) floors() (floors []string) {
	for _, m := range regexp.MustCompile(`scored_pairs\{[^}]*\} >= (\d+)`).FindAllStringSubmatch(a.Expr, -1) {
		floors = append(floors, m[1])
	}
	return floors
}

// limits are the numbers beyond which an alert fires.
func (a alert) limits(t *testing.T) (limits []float64) {
	t.Helper()
	for _, m := range regexp.MustCompile(`[<>] *(-?[\d.]+)(?: *\* *(\d+))?`).FindAllStringSubmatch(a.Expr, -1) {
		limit := 1.
		for _, factor := range m[1:] {
			if factor == "" {
				continue
			}
			v, err := strconv.ParseFloat(factor, 64)
			if err != nil {
				t.Fatalf("%s: %v", a.Name, err)
			}
			limit *= v
		}
		limits = append(limits, limit)
	}
	return limits
}

// daycast monitor finds at the same limits what the alerts fire at.
func TestAlertsAgreeWithMonitor(t *testing.T) {
	t.Parallel()
	l := monitor.AlertLimits()
	want := map[string][]float64{
		"DaycastDataStale": {l.Stale.Seconds()}, "DaycastRunMissing": {l.Missing.Seconds()}, "DaycastAccuracyWorse": {l.Worse},
		"DaycastCoverageOff": {l.CoverageLow, l.CoverageHigh}, "DaycastBias": {l.Bias, -l.Bias}, "DaycastErrorRate": {l.Errors},
	}
	few := fmt.Sprint(l.Pairs)
	floor := map[string][]string{"DaycastAccuracyWorse": {few, few}, "DaycastCoverageOff": {few}, "DaycastBias": {few}}
	for _, a := range alerts(t) {
		if limits := a.limits(t); want[a.Name] != nil && !slices.Equal(limits, want[a.Name]) {
			t.Errorf("%s fires at %v, monitor.AlertLimits has %v", a.Name, limits, want[a.Name])
		}
		delete(want, a.Name)
		if floors := a.floors(); !slices.Equal(floors, floor[a.Name]) {
			t.Errorf("%s wants %v pairs scored, monitor.AlertLimits %v", a.Name, floors, floor[a.Name])
		}
	}
	if len(want) > 0 {
		t.Errorf("no alerts for %v", want)
	}
}

// What PromQL has in an expression beside metrics and functions: texts,
// selectors and ranges, lists of labels, numbers, operators.
var (
	notMetrics = regexp.MustCompile(`"[^"]*"|\{[^}]*\}|\[[^]]*\]|\b(by|on|ignoring|without|group_left|group_right) *\([^)]*\)|\b(or|and|unless)\b`)
	metricName = regexp.MustCompile(`\b[a-zA-Z_][a-zA-Z0-9_:]*\b *\(?`)
)

// metricsIn are the metrics that an expression reads.
func metricsIn(expr string) (names []string) {
	for _, name := range metricName.FindAllString(notMetrics.ReplaceAllString(expr, " "), -1) {
		if !strings.HasSuffix(name, "(") {
			names = append(names, strings.TrimSpace(name))
		}
	}
	return names
}

func TestMetricsIn(t *testing.T) {
	got := fmt.Sprint(metricsIn(`sum by (job, le) (rate(a_bucket{route!~"b|c", job="$job"}[5m])) / ignoring (d) e > 1.25 or absent(up{job="f"}) or vector(0)`))
	if got != "[a_bucket e up]" {
		t.Error(got)
	}
}
