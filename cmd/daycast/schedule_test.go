package main_test

import (
	"bufio"
	"encoding/json"
	"net/url"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// scheduledShop is a shop whose newest due instant is New Year's, so that no
// test sees another one come.
func scheduledShop(t *testing.T, forecast string) string {
	t.Helper()
	dir := newShop(t)
	path := filepath.Join(dir, "daycast.yaml")
	text := read(t, path)
	if forecast != "" {
		head, _, _ := strings.Cut(text, "forecast:")
		text = head + forecast
	}
	write(t, path, text+"\nschedule: {cron: '0 0 1 1 *'}\n")
	return dir
}

// An entry is a line of the log, with what the tests look at.
type entry struct {
	At      time.Time `json:"@timestamp"`
	Level   string    `json:"log.level"`
	Message string    `json:"message"`
	Service string    `json:"service.name"`
	Trace   string    `json:"trace.id"`
	Run     string    `json:"labels.run_id"`
	Due     time.Time `json:"labels.due"`
	Error   string    `json:"error.message"`
}

// entries are the lines of a log. What ends the program is said to people.
func entries(t *testing.T, log string) (all []entry) {
	t.Helper()
	for line := range strings.Lines(log) {
		if strings.HasPrefix(line, "daycast: ") {
			break
		}
		var e entry
		if err := json.Unmarshal([]byte(line), &e); err != nil || e.At.IsZero() || e.Level == "" || e.Message == "" || e.Service != "daycast" {
			t.Fatalf("no line of ECS: %v %s", err, line)
		}
		all = append(all, e)
	}
	return all
}

// runsOf are the runs that a log tells of, with the messages of each.
func runsOf(t *testing.T, log string) map[string][]string {
	t.Helper()
	runs, traces := map[string][]string{}, map[string]string{}
	for _, e := range entries(t, log) {
		if e.Run == "" {
			continue
		}
		runs[e.Run] = append(runs[e.Run], e.Message)
		if traces[e.Run] == "" {
			traces[e.Run] = e.Trace
		}
		if len(e.Trace) != 32 || traces[e.Run] != e.Trace {
			t.Errorf("run %s has traces %q and %q", e.Run, traces[e.Run], e.Trace)
		}
	}
	return runs
}

func snapshots(t *testing.T, dir string) []string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(dir, "data", "snapshots", "2*"))
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// A scheduler is a daycast schedule that runs.
type scheduler struct {
	t       *testing.T
	command *exec.Cmd
	lines   *bufio.Scanner
	log     strings.Builder
}

func startSchedule(t *testing.T, dir string, flags ...string) *scheduler {
	t.Helper()
	s := &scheduler{t: t, command: exec.Command(program, append([]string{"schedule"}, flags...)...)}
	s.command.Dir = dir
	log, err := s.command.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.command.Process.Kill() }) // where the test has not ended it
	s.lines = bufio.NewScanner(log)
	return s
}

// until reads the log up to a message.
func (s *scheduler) until(message string) entry {
	s.t.Helper()
	for s.lines.Scan() {
		line := s.lines.Text() + "\n"
		s.log.WriteString(line)
		if e := entries(s.t, line); len(e) > 0 && e[0].Message == message {
			return e[0]
		}
	}
	s.t.Fatalf("it ended before it said %q:\n%s", message, s.log.String())
	return entry{}
}

// end sends a signal and waits; it returns the exit code, -1 where the signal
// killed it.
func (s *scheduler) end(with syscall.Signal) int {
	s.t.Helper()
	if err := s.command.Process.Signal(with); err != nil {
		s.t.Fatal(err)
	}
	for s.lines.Scan() {
		s.log.WriteString(s.lines.Text() + "\n")
	}
	_ = s.command.Wait() // its code says how
	return s.command.ProcessState.ExitCode()
}

// Two schedules over one shop do what is due once between them, and a third
// finds nothing left.
func TestTwoSchedulers(t *testing.T) {
	t.Parallel()
	dir := scheduledShop(t, "")
	var both sync.WaitGroup
	logs := make([]string, 2)
	for i := range logs {
		both.Go(func() {
			c := exec.Command(program, "schedule", "--once")
			c.Dir = dir
			var log strings.Builder
			c.Stderr = &log
			if err := c.Run(); err != nil {
				t.Errorf("%v\n%s", err, log.String())
			}
			logs[i] = log.String()
		})
	}
	both.Wait()
	a, b := runsOf(t, logs[0]), runsOf(t, logs[1])
	if len(a)+len(b) != 1 || len(snapshots(t, dir)) != 1 {
		t.Errorf("runs %v and %v, snapshots %s", a, b, snapshots(t, dir))
	}
	o := must(t, dir, "schedule", "--once")
	if o.errors != "" {
		t.Errorf("the third run does something: %s", o.errors)
	}

	// One that stays says when the next run is due, in the shop's zone.
	s := startSchedule(t, dir)
	next := s.until("waiting for the next run").Due
	if wait := time.Until(next); next.Month() != time.January || next.Day() != 1 || next.Hour() != 0 || wait < 0 || wait > 367*24*time.Hour {
		t.Errorf("the next run is due at %s", next)
	}
	if code := s.end(syscall.SIGTERM); code != 0 {
		t.Errorf("SIGTERM ended it with %d", code)
	}
	if got := snapshots(t, dir); len(got) != 1 {
		t.Errorf("snapshots %s", got)
	}
}

// slowModels train for some seconds.
const slowModels = "forecast: {horizon: 14, models: [gbm], parameters: {gbm: {trees: 1500, few_rows: 0}}, origins: 3, scored: 1}\n"

// A schedule that is stopped or killed in the middle of a run goes on with it
// at the next start, rather than begin another.
func TestScheduleResumes(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		with  syscall.Signal
		code  int
		flags []string
	}{"stopped": {syscall.SIGTERM, 0, nil}, "killed": {syscall.SIGKILL, -1, nil}, "stopped once": {syscall.SIGTERM, 75, []string{"--once"}}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := scheduledShop(t, slowModels)
			s := startSchedule(t, dir, c.flags...)
			run := s.until("train").Run
			if code := s.end(c.with); code != c.code {
				t.Errorf("exit code %d, want %d\n%s", code, c.code, s.log.String())
			}
			if got := snapshots(t, dir); len(got) != 0 {
				t.Fatalf("it was too fast to be disturbed: %s", got)
			}
			runs := runsOf(t, must(t, dir, "schedule", "--once").errors)
			did := runs[run]
			if len(runs) != 1 || slices.Contains(did, "extract") || !slices.Contains(did, "train") || did[len(did)-1] != "the run is done" {
				t.Errorf("after run %s was %s, the next start did %v", run, name, runs)
			}
			if got := snapshots(t, dir); len(got) != 1 || filepath.Base(got[0]) != run {
				t.Errorf("snapshots %s, want that of run %s", got, run)
			}
			if o := must(t, dir, "schedule", "--once"); o.errors != "" {
				t.Errorf("another start does something: %s", o.errors)
			}
		})
	}
}

// No secret of the config is in the log of a scheduled run that fails: a wrong
// password, and then a right one with a query that is wrong.
func TestScheduleHidesSecrets(t *testing.T) {
	t.Parallel()
	dsn := postgresDSN(t)
	dir := t.TempDir()
	u, err := url.Parse(dsn)
	if err != nil {
		t.Fatal(err)
	}
	right, _ := u.User.Password()
	const wrong = "wr0ng-s3cret"
	u.User = url.UserPassword(u.User.Username(), wrong)
	for name, c := range map[string]struct{ config, env, says string }{
		"in the config":      {u.String(), "", "refuses user"},
		"in the environment": {strings.Replace(u.String(), wrong, "${SHOP_PASSWORD}", 1), wrong, "refuses user"},
		"right":              {dsn, "", "order_lines"},
	} {
		write(t, filepath.Join(dir, "daycast.yaml"), shopConfig("dsn: "+c.config, "postgres"))
		o := daycastWith(t, []string{"SHOP_PASSWORD=" + c.env}, dir, "schedule", "--once")
		if o.code != 1 || !strings.Contains(o.errors, c.says) {
			t.Errorf("%s: exit code %d\n%s", name, o.code, o.errors)
		}
		failed := slices.ContainsFunc(entries(t, o.errors), func(e entry) bool { return e.Level == "error" && strings.Contains(e.Error, c.says) })
		if !failed {
			t.Errorf("%s: the log does not say %q:\n%s", name, c.says, o.errors)
		}
		for _, secret := range []string{wrong, right, c.config, dsn} {
			if strings.Contains(o.out+o.errors, secret) {
				t.Errorf("%s: a secret is in the log:\n%s", name, o.errors)
			}
		}
	}
}
