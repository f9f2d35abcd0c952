package monitor_test

import (
	"encoding/json"
	"math"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"daycast"
	"daycast/monitor"
	"daycast/registry"
)

// now is the morning after the last day.
var now = last.Time().AddDate(0, 0, 1).Add(6 * time.Hour)

// healthy is a shop in which nothing is wrong.
func healthy() monitor.Inputs {
	figures := func(wape float64) monitor.Figures {
		return monitor.Figures{WAPE: wape, RMSE: 4, MAE: 2, Bias: .02, Coverage: .81, Pairs: 700}
	}
	return monitor.Inputs{
		Now: now, Today: last + 1,
		Data:     monitor.Data{Snapshot: "r2", Published: now.Add(-time.Hour), Version: "v1", Last: last, Step: daycast.Daily, Quarantined: 12},
		Contract: monitor.Contract{Run: "r2", Rules: map[string]int64{"warn": 0, "quarantine": 0, "stop": 0}, Aside: 3},
		Runs: monitor.Runs{Ended: []monitor.Run{
			{ID: "r1", State: monitor.Failed, Began: now.Add(-26 * time.Hour), Ended: now.Add(-25 * time.Hour), Error: "the database was away"},
			{ID: "r2", State: monitor.Done, Began: now.Add(-62 * time.Minute), Ended: now.Add(-time.Hour), Seconds: map[string]float64{"train": 100, "publish": 20}},
		}},
		Model: monitor.Model{
			Champion: &monitor.Champion{ID: "v1", Name: "gbm", Origin: last - 7},
			Decisions: []registry.Decision{
				{Time: now.AddDate(0, 0, -7), Challenger: "v1", Promoted: true, Reasons: []string{"it is the first"}},
				{Time: now.AddDate(0, 0, -6), Challenger: "v1", Promoted: true, ByHand: true, Reasons: []string{"asked for"}},
				{Time: now.Add(-time.Hour), Challenger: "v2", Reasons: []string{"its WAPE is 0.480, the champion's 0.450", "a margin of 0.5% is wanted"}},
			},
		},
		Accuracy: monitor.Accuracy{
			Last: last.String(), Week: monitor.Window{All: figures(.45)}, Reference: figures(.44),
			Month: monitor.Window{All: figures(.44), Horizons: []monitor.Group{{"1", figures(.4)}, {"2-7", figures(.43)}, {"8-14", figures(.44)}, {"15-28", figures(.46)}}},
			Categories: []monitor.Group{
				{"toys", figures(.4)}, {"garden", figures(.5)}, {"other", figures(math.NaN())},
			},
		},
		Server: &monitor.Server{URL: "http://shop:8080", Ready: true, Snapshot: "r2", Requests: 1000, Failed: 10},
	}
}

// Each row changes one thing of a healthy shop and says which part then gets
// which verdict, with which words.
func TestCheck(t *testing.T) {
	nan := math.NaN()
	for name, c := range map[string]struct {
		change  func(in *monitor.Inputs)
		part    string
		verdict monitor.Verdict
		says    string
	}{
		"sales of yesterday": {func(*monitor.Inputs) {}, "data", monitor.OK, "yesterday"},
		"rows left out":      {func(*monitor.Inputs) {}, "data", monitor.OK, "12 rows of the shop's tables could not be read"},
		"fallbacks":          {func(in *monitor.Inputs) { in.Data.Failures = 1 }, "data", monitor.OK, "1 series got a simple forecast"},
		"days on the limit":  {func(in *monitor.Inputs) { in.Now = last.Time().Add(72 * time.Hour) }, "data", monitor.OK, "The newest sales"},
		"old days": {func(in *monitor.Inputs) { in.Now, in.Today = last.Time().Add(72*time.Hour+1), last+3 }, "data", monitor.Bad,
			"3 days ago, more than the 3 days that are usual"},
		"old weeks":      {func(in *monitor.Inputs) { in.Data.Step, in.Now = daycast.Weekly, last.Time().AddDate(0, 0, 9) }, "data", monitor.OK, "newest sales"},
		"too old weeks":  {func(in *monitor.Inputs) { in.Data.Step, in.Now = daycast.Weekly, last.Time().AddDate(0, 0, 10) }, "data", monitor.Bad, "9 days that are usual"},
		"nothing there":  {func(in *monitor.Inputs) { in.Data = monitor.Data{} }, "data", monitor.Bad, "Nothing has been published yet"},
		"broken rules":   {func(in *monitor.Inputs) { in.Contract.Rules["warn"] = 2 }, "data", monitor.Warn, "contract are broken: 2 to warn."},
		"log kept":       {func(in *monitor.Inputs) { in.Changes.Retained = 3 << 30 }, "data", monitor.Warn, "kept 3.0 GiB of its log"},
		"not followed":   {func(in *monitor.Inputs) { in.Changes.Warning = "no slot" }, "data", monitor.Warn, "were not followed: no slot."},
		"broken changes": {func(in *monitor.Inputs) { in.Changes.Broken = "cut off" }, "data", monitor.Warn, "cannot be read: cut off."},
		"signals away": {func(in *monitor.Inputs) {
			in.Signals.Sources = []monitor.SignalSource{{Name: "openmeteo"}, {Name: "x", Stale: "it is down", Answered: now.Add(-50 * time.Hour)}}
		}, "data", monitor.Warn, "Signals of x are not fresh (it last answered 2 days ago): it is down."},
		"broken signals":  {func(in *monitor.Inputs) { in.Signals.Broken = "cut off" }, "data", monitor.Warn, "cannot be read: cut off."},
		"broken report":   {func(in *monitor.Inputs) { in.Contract.Broken = "cut off" }, "data", monitor.Warn, "cannot be read: cut off."},
		"broken snapshot": {func(in *monitor.Inputs) { in.Data = monitor.Data{Broken: "no manifest"} }, "data", monitor.Bad, "cannot be read: no manifest."},

		"a good run": {func(*monitor.Inputs) {}, "run", monitor.OK, "ended well 1 hour ago and took 2m0s"},
		"as of a day before": {func(in *monitor.Inputs) { in.Now, in.Today = now.AddDate(-1, 0, 0), last-364 }, "run", monitor.OK,
			"ended well on " + last.String()[:8] + "07 and took"},
		"as of a day before it": {func(in *monitor.Inputs) { in.Now, in.Today = now.AddDate(-1, 0, 0), last-364 }, "data", monitor.OK, "in the future"},
		"clocks differ":         {func(in *monitor.Inputs) { in.Now = in.Runs.Ended[1].Ended.Add(-time.Minute) }, "run", monitor.OK, "ended well just now"},
		"unchanged":             {func(in *monitor.Inputs) { in.Runs.Ended[1].State = monitor.Unchanged }, "run", monitor.OK, "nothing had changed"},
		"failed": {func(in *monitor.Inputs) {
			in.Runs.Ended[1].State, in.Runs.Ended[1].Error, in.Runs.Ended[1].Code = monitor.Failed, "no such table", daycast.Invalid
		}, "run", monitor.Bad, "failed 1 hour ago: no such table."},
		"failed, and tried again": {func(in *monitor.Inputs) {
			in.Runs.Ended = append(in.Runs.Ended, monitor.Run{State: monitor.Failed, Ended: now, Code: daycast.Unavailable})
		}, "run", monitor.Warn, "failed just now: it did not say why."},
		"late":       {func(in *monitor.Inputs) { in.Runs.Ended[1].Ended = now.Add(-30 * time.Hour) }, "run", monitor.OK, "1 day ago"},
		"too late":   {func(in *monitor.Inputs) { in.Runs.Ended[1].Ended = now.Add(-31 * time.Hour) }, "run", monitor.Bad, "a run a day is expected"},
		"never":      {func(in *monitor.Inputs) { in.Runs.Ended = nil }, "run", monitor.Bad, "No run has ended well yet: daycast run"},
		"never well": {func(in *monitor.Inputs) { in.Runs.Ended = in.Runs.Ended[:1] }, "run", monitor.Bad, "No run has ended well yet"},
		"the first":  {func(in *monitor.Inputs) { in.Runs = monitor.Runs{Current: &monitor.Run{Began: now.Add(-time.Minute)}} }, "run", monitor.Warn, "A run began 1 minute ago"},
		"on its way": {func(in *monitor.Inputs) { in.Runs.Current = &monitor.Run{Began: now.Add(-time.Minute)} }, "run", monitor.OK, "has not ended"},
		"no record":  {func(in *monitor.Inputs) { in.Runs = monitor.Runs{Broken: "journal.json is broken"} }, "run", monitor.Bad, "journal.json is broken."},

		"champion":       {func(*monitor.Inputs) {}, "model", monitor.OK, "gbm forecasts. It has learned from sales up to"},
		"refused":        {func(*monitor.Inputs) {}, "model", monitor.OK, "v2, was refused: its WAPE is 0.480, the champion's 0.450; a margin of 0.5% is wanted."},
		"promoted":       {func(in *monitor.Inputs) { in.Model.Decisions = in.Model.Decisions[:1] }, "model", monitor.OK, "v1, took over: it is the first."},
		"no reason":      {func(in *monitor.Inputs) { in.Model.Decisions[2].Reasons = nil }, "model", monitor.OK, "no reason was stored"},
		"no champion":    {func(in *monitor.Inputs) { in.Model.Champion = nil }, "model", monitor.Bad, "No model serves yet"},
		"another model":  {func(in *monitor.Inputs) { in.Data.Version = "v0" }, "model", monitor.Warn, "of another model, v0"},
		"broken history": {func(in *monitor.Inputs) { in.Model.Broken = "aliases.json" }, "model", monitor.Bad, "aliases.json."},

		"as before":   {func(*monitor.Inputs) {}, "accuracy", monitor.OK, "off by 45% of sales, those of the 56 days before by 44%"},
		"a bit worse": {func(in *monitor.Inputs) { in.Accuracy.Week.All.WAPE = .44 * 1.25 }, "accuracy", monitor.OK, "55%"},
		"worse":       {func(in *monitor.Inputs) { in.Accuracy.Week.All.WAPE = .56 }, "accuracy", monitor.Warn, "got worse"},
		"new":         {func(in *monitor.Inputs) { in.Accuracy = monitor.Accuracy{} }, "accuracy", monitor.OK, "No forecast's day has come yet"},
		"no past": {func(in *monitor.Inputs) { in.Accuracy.Reference = monitor.Figures{WAPE: nan} }, "accuracy", monitor.OK,
			"45% of sales; too few are scored to compare"},
		"little past": {func(in *monitor.Inputs) { in.Accuracy.Week.All.WAPE, in.Accuracy.Reference.Pairs = 9, 199 }, "accuracy", monitor.OK, "too few are scored to compare"},
		"enough past": {func(in *monitor.Inputs) { in.Accuracy.Week.All.WAPE, in.Accuracy.Reference.Pairs = 9, 200 }, "accuracy", monitor.Warn, "got worse"},
		"little week": {func(in *monitor.Inputs) { in.Accuracy.Week.All.WAPE, in.Accuracy.Week.All.Pairs = 9, 199 }, "accuracy", monitor.OK, "too few are scored to compare"},
		"first day": {func(in *monitor.Inputs) {
			two := monitor.Figures{WAPE: 2, Bias: 2, Coverage: 0, Pairs: 2}
			in.Accuracy = monitor.Accuracy{Week: monitor.Window{All: two}, Month: monitor.Window{All: two}, Reference: monitor.Figures{WAPE: nan}}
		}, "accuracy", monitor.OK, "Only 2 pairs of a forecast and its sales are scored so far, too few to judge."},
		"too few":     {func(in *monitor.Inputs) { in.Accuracy.Month.All.Bias, in.Accuracy.Month.All.Pairs = 2, 199 }, "accuracy", monitor.OK, "Only 199 pairs"},
		"enough":      {func(in *monitor.Inputs) { in.Accuracy.Month.All.Bias, in.Accuracy.Month.All.Pairs = 2, 200 }, "accuracy", monitor.Warn, "200% too high"},
		"none due":    {func(in *monitor.Inputs) { in.Accuracy.Week.All = monitor.Figures{WAPE: nan} }, "accuracy", monitor.Warn, "none was due"},
		"none sold":   {func(in *monitor.Inputs) { in.Accuracy.Week.All.WAPE = nan }, "accuracy", monitor.Warn, "nothing was sold"},
		"high":        {func(in *monitor.Inputs) { in.Accuracy.Month.All.Bias = .11 }, "accuracy", monitor.Warn, "11% too high in total"},
		"low":         {func(in *monitor.Inputs) { in.Accuracy.Month.All.Bias = -.12 }, "accuracy", monitor.Warn, "12% too low in total"},
		"on edge":     {func(in *monitor.Inputs) { in.Accuracy.Month.All.Bias = -.1 }, "accuracy", monitor.OK, "off by"},
		"narrow":      {func(in *monitor.Inputs) { in.Accuracy.Month.All.Coverage = .69 }, "accuracy", monitor.Warn, "Only 69% of sales"},
		"wide":        {func(in *monitor.Inputs) { in.Accuracy.Month.All.Coverage = .99 }, "accuracy", monitor.Warn, "wider than it need be"},
		"no interval": {func(in *monitor.Inputs) { in.Accuracy.Month.All.Coverage = nan }, "accuracy", monitor.OK, "off by"},

		"serves":      {func(*monitor.Inputs) {}, "serving", monitor.OK, "http://shop:8080 serves the forecasts of run r2"},
		"unreachable": {func(in *monitor.Inputs) { in.Server = &monitor.Server{URL: "http://x", Broken: "connection refused"} }, "serving", monitor.Bad, "http://x does not answer: connection refused."},
		"not ready":   {func(in *monitor.Inputs) { in.Server.Ready = false }, "serving", monitor.Bad, "no forecasts to serve"},
		"behind":      {func(in *monitor.Inputs) { in.Server.Snapshot = "r1" }, "serving", monitor.Bad, "r1, and those of r2 were published 1 hour ago"},
		"just published": {func(in *monitor.Inputs) { in.Server.Snapshot, in.Data.Published = "r1", now.Add(-time.Minute) }, "serving", monitor.OK,
			"of run r1"},
		"load errors": {func(in *monitor.Inputs) { in.Server.LoadErrors = 2 }, "serving", monitor.Warn, "failed 2 times to load a snapshot"},
		"errors":      {func(in *monitor.Inputs) { in.Server.Failed = 20 }, "serving", monitor.Bad, "2% of its 1,000 requests failed"},
		"not asked":   {func(in *monitor.Inputs) { in.Server = nil }, "", monitor.OK, ""},
	} {
		in := healthy()
		c.change(&in)
		h := monitor.Check(in, monitor.AlertLimits())
		parts := map[string]monitor.Finding{"data": h.Data.Finding, "run": h.Run.Finding, "model": h.Model.Finding, "accuracy": h.Accuracy.Finding}
		if h.Serving != nil {
			parts["serving"] = h.Serving.Finding
		}
		if f := parts[c.part]; c.part != "" && (f.Verdict != c.verdict || !strings.Contains(strings.Join(f.Says, "\n"), c.says)) {
			t.Errorf("%s: %s is %s, want %s and %q: %q", name, c.part, f.Verdict, c.verdict, c.says, f.Says)
		}
		if bad := h.Err() != nil; h.Verdict == "" || bad != (h.Verdict == monitor.Bad) {
			t.Errorf("%s: all in all %q, error %v", name, h.Verdict, h.Err())
		}
		if err := h.Err(); c.verdict == monitor.Bad && (h.Verdict != monitor.Bad || !strings.Contains(err.Error(), c.part)) {
			t.Errorf("%s: all in all %s: %v", name, h.Verdict, err)
		}
		for _, f := range parts {
			if slices.ContainsFunc(f.Says, func(s string) bool { return !strings.HasSuffix(s, ".") && !strings.HasSuffix(s, "?") }) {
				t.Errorf("%s: no sentence: %q", name, f.Says)
			}
		}
		if !json.Valid(asJSON(t, h)) {
			t.Errorf("%s: no JSON", name)
		}
	}
}

func asJSON(t *testing.T, v any) []byte {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestHealthJSON(t *testing.T) {
	text := string(asJSON(t, monitor.Check(healthy(), monitor.AlertLimits())))
	for _, want := range []string{
		`"verdict":"ok"`, `"data":{"verdict":"ok","says":[`, `"last_day":"` + last.String() + `"`, `"age_days":1`, `"run":{"verdict":"ok"`,
		`"state":"done"`, `"seconds":120`, `"champion":"v1"`, `"promoted":1,"refused":1,"by_hand":1`, `"7d":{"all":{"bias":0.02,`, `"trend":1.02`, `"error_rate":0.01`,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("lacks %s: %s", want, text)
		}
	}
}

// A screen says everything that fits in 40 lines of 100 columns.
func TestScreen(t *testing.T) {
	const want = `OK     health at 2024-10-07 06:00:00 UTC

ok     data      The newest sales are of 2024-10-06, yesterday.
                 12 rows of the shop's tables could not be read and count nowhere.
ok     run       The newest run ended well 1 hour ago and took 2m0s.
ok     model     gbm forecasts. It has learned from sales up to 2024-09-29, 8 days ago.
                 The newest model, v2, was refused: its WAPE is 0.480, the champion's 0.450; a
                 margin of 0.5% is wanted.
ok     accuracy  Forecasts of the newest 7 days were off by 45% of sales, those of the 56 days
                 before by 44%.
ok     serving   The server at http://shop:8080 serves the forecasts of run r2.

                                   pairs     WAPE      RMSE       MAE     bias   in 80% range
newest 7 days                        700    0.450     4.000     2.000   +0.020          81.0%
56 days before                       700    0.440     4.000     2.000   +0.020          81.0%
newest 28 days                       700    0.440     4.000     2.000   +0.020          81.0%
  1 period ahead                     700    0.400     4.000     2.000   +0.020          81.0%
  2-7 periods ahead                  700    0.430     4.000     2.000   +0.020          81.0%
  8-14 periods ahead                 700    0.440     4.000     2.000   +0.020          81.0%
  15-28 periods ahead                700    0.460     4.000     2.000   +0.020          81.0%
  by category, the most sold first
  toys                               700    0.400     4.000     2.000   +0.020          81.0%
  garden                             700    0.500     4.000     2.000   +0.020          81.0%
  other                              700        -     4.000     2.000   +0.020          81.0%
`
	if got := monitor.Check(healthy(), monitor.AlertLimits()).String(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestScreenBounds(t *testing.T) {
	in := healthy()
	long := strings.Repeat("an endless\ntale \x1b[31m", 100)
	in.Now, in.Today = now.AddDate(1, 0, 0), last+366
	in.Data.Failures = 7
	in.Runs.Ended[1].State, in.Runs.Ended[1].Error = monitor.Failed, long
	in.Runs.Current = &monitor.Run{Began: now}
	in.Model.Champion.Name, in.Data.Version = strings.Repeat("mean(gbm,ets)", 30), strings.Repeat("v", 300)
	in.Model.Decisions[2].Reasons = []string{long}
	in.Accuracy.Week.All.WAPE, in.Accuracy.Month.All.Bias, in.Accuracy.Month.All.Coverage = 9, 9, .1
	for range 30 {
		in.Accuracy.Categories = append(in.Accuracy.Categories, monitor.Group{Name: strings.Repeat("ünïcode", 20)})
	}
	in.Server.Snapshot, in.Server.LoadErrors, in.Server.Failed = long, 3, 900
	screen := monitor.Check(in, monitor.AlertLimits()).String()
	lines := strings.Split(strings.TrimSuffix(screen, "\n"), "\n")
	if len(lines) > 40 || !strings.Contains(screen, "newest 7 days    ") || strings.Contains(screen, "\x1b") {
		t.Errorf("%d lines\n%s", len(lines), screen)
	}
	for _, line := range lines {
		if n := utf8.RuneCountInString(line); n > 100 {
			t.Errorf("%d columns: %s", n, line)
		}
	}
	if empty := monitor.Check(monitor.Inputs{Now: now}, monitor.AlertLimits()).String(); strings.Contains(empty, "WAPE") || !strings.HasPrefix(empty, "BAD") {
		t.Errorf("of nothing:\n%s", empty)
	}
}
