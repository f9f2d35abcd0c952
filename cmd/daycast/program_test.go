package main_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// program is the daycast that the tests start, built once from this tree.
var program string

func TestMain(m *testing.M) { os.Exit(testMain(m)) }

func testMain(m *testing.M) int {
	dir, err := os.MkdirTemp("", "daycast-test-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer func() { _ = os.RemoveAll(dir) }()
	program = filepath.Join(dir, "daycast")
	if out, err := exec.Command("go", "build", "-o", program, ".").CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "%s%v\n", out, err)
		return 1
	}
	return m.Run()
}

// An outcome is how a run of the program ended.
type outcome struct {
	code        int
	out, errors string
	memory      int64 // bytes, at most
}

// daycast runs the program in a folder until it ends by itself.
func daycast(t *testing.T, dir string, args ...string) outcome {
	t.Helper()
	return daycastWith(t, nil, dir, args...)
}

func daycastWith(t *testing.T, env []string, dir string, args ...string) outcome {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	c := exec.CommandContext(ctx, program, args...)
	c.Dir, c.Env = dir, append(os.Environ(), env...)
	var out, errs bytes.Buffer
	c.Stdout, c.Stderr = &out, &errs
	err := c.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) || ctx.Err() != nil {
		t.Fatalf("daycast %s: %v\n%s", strings.Join(args, " "), err, errs.String())
	}
	o := outcome{code: c.ProcessState.ExitCode(), out: out.String(), errors: errs.String()}
	if usage, ok := c.ProcessState.SysUsage().(*syscall.Rusage); ok {
		o.memory = usage.Maxrss << 10
	}
	if strings.Contains(o.errors, "panic:") || strings.Contains(o.errors, "goroutine ") {
		t.Fatalf("daycast %s panicked:\n%s", strings.Join(args, " "), o.errors)
	}
	return o
}

// must run with exit code 0.
func must(t *testing.T, dir string, args ...string) outcome {
	t.Helper()
	return mustWith(t, nil, dir, args...)
}

func mustWith(t *testing.T, env []string, dir string, args ...string) outcome {
	t.Helper()
	o := daycastWith(t, env, dir, args...)
	if o.code != 0 {
		t.Fatalf("daycast %s: exit code %d\n%s", strings.Join(args, " "), o.code, o.errors)
	}
	return o
}

// fails asks for an exit code and for texts in the message.
func (o outcome) fails(t *testing.T, code int, says ...string) {
	t.Helper()
	message := o.errors[strings.LastIndex("\n"+o.errors, "\ndaycast: ")+1-1:]
	if o.code != code {
		t.Errorf("exit code %d, want %d: %s", o.code, code, message)
	}
	for _, want := range says {
		if !strings.Contains(message, want) {
			t.Errorf("the message does not say %q: %s", want, message)
		}
	}
}

// A server is a daycast serve that listens.
type server struct {
	t       *testing.T
	url     string
	command *exec.Cmd
	log     *lockedBuffer
	ended   chan error
}

type lockedBuffer struct {
	lock    sync.Mutex
	written []byte
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.lock.Lock()
	defer b.lock.Unlock()
	b.written = append(b.written, p...)
	return len(p), nil
}

func (b *lockedBuffer) text() string {
	b.lock.Lock()
	defer b.lock.Unlock()
	return string(b.written)
}

// serving is what the program prints once it listens.
const serving = "serving on http://"

// start starts a verb that serves, and waits until it listens.
func start(t *testing.T, dir string, args ...string) *server {
	t.Helper()
	s := &server{t: t, command: exec.Command(program, args...), log: &lockedBuffer{}, ended: make(chan error, 1)}
	s.command.Dir, s.command.Stderr = dir, s.log
	out, err := s.command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.command.Process.Kill() }) // where the test has not stopped it
	lines := bufio.NewReader(out)
	for s.url == "" {
		line, err := lines.ReadString('\n')
		if err != nil {
			t.Fatalf("it ended before it listened: %s", s.log.text())
		}
		if _, address, ok := strings.Cut(line, serving); ok {
			address, _, _ = strings.Cut(strings.TrimSpace(address), ",")
			s.url = "http://" + address
		}
	}
	go func() {
		_, _ = io.Copy(s.log, lines)
		s.ended <- s.command.Wait()
	}()
	return s
}

// stop sends a SIGTERM and wants exit code 0.
func (s *server) stop() {
	s.t.Helper()
	if err := s.command.Process.Signal(syscall.SIGTERM); err != nil {
		s.t.Fatal(err)
	}
	s.wantEnd()
}

func (s *server) wantEnd() {
	s.t.Helper()
	select {
	case err := <-s.ended:
		if err != nil {
			s.t.Errorf("SIGTERM ended it with %v\n%s", err, s.log.text())
		}
	case <-time.After(20 * time.Second):
		s.t.Errorf("it still runs 20 s after SIGTERM\n%s", s.log.text())
	}
}

// until asks again and again until it holds.
func until(t *testing.T, what string, holds func() bool) {
	t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	deadline := time.After(20 * time.Second)
	for !holds() {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("not within 20 s: %s", what)
		}
	}
}

// write writes a file of the test's.
func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
