package serve_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"daycast"
	"daycast/serve"
)

const oneSeries = `{"series":["85123A"],"horizon":1}`

// No request fails while snapshots are swapped, and none mixes two of them.
func TestSwapUnderLoad(t *testing.T) {
	s, h := start(t, serve.Options{}, state("0", constant{}))
	states := make([]*serve.State, 20)
	for i := range states {
		states[i] = state(fmt.Sprint(i), constant{})
	}
	stop := make(chan struct{})
	var clients sync.WaitGroup
	for range 4 {
		clients.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				a := ask(t, h.URL+"/v1/predict", oneSeries)
				var got struct{ Snapshot, Version string }
				a.decode(t, &got)
				if a.status != http.StatusOK || got.Version != "v-"+got.Snapshot {
					t.Errorf("%d %s", a.status, a.body)
					return
				}
			}
		})
	}
	for _, st := range states {
		s.Swap(st)
		ask(t, h.URL+"/readyz", "") // lets the clients in between
	}
	close(stop)
	clients.Wait()
	if a := ask(t, h.URL+"/readyz", ""); !strings.Contains(a.body, `"snapshot":"19"`) {
		t.Error(a.body)
	}
}

// run is a server on a free port; the cancel stops it, the channel says how it
// ended.
func run(t *testing.T, o serve.Options, st *serve.State) (url string, cancel context.CancelFunc, ended <-chan error) {
	t.Helper()
	o.Logger = slog.New(slog.DiscardHandler)
	s := serve.New(o)
	s.Swap(st)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx, l) }()
	t.Cleanup(cancel)
	return "http://" + l.Addr().String(), cancel, done
}

// A stop lets the request in flight finish.
func TestGracefulStop(t *testing.T) {
	entered, leave := make(chan struct{}), make(chan struct{})
	slow := constant{func(ctx context.Context) error {
		close(entered)
		<-leave
		return ctx.Err()
	}}
	url, cancel, ended := run(t, serve.Options{}, state("r1", slow))
	answers := make(chan answer, 1)
	go func() { answers <- ask(t, url+"/v1/predict", oneSeries) }()
	<-entered
	cancel()
	// The listener closes before the open request ends.
	for {
		c, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
		if err != nil {
			break
		}
		_ = c.Close()
	}
	select {
	case err := <-ended:
		t.Fatalf("ended with a request in flight: %v", err)
	default:
	}
	close(leave)
	if a := <-answers; a.status != http.StatusOK {
		t.Errorf("the request in flight got %d %s", a.status, a.body)
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// A request that never ends does not hold the stop for ever.
func TestDrainHasAnEnd(t *testing.T) {
	entered := make(chan struct{})
	stuck := constant{func(ctx context.Context) error {
		close(entered)
		<-ctx.Done()
		return ctx.Err()
	}}
	url, cancel, ended := run(t, serve.Options{Timeout: time.Hour, Drain: time.Millisecond}, state("r1", stuck))
	var client sync.WaitGroup
	defer client.Wait()
	client.Go(func() {
		resp, err := http.Post(url+"/v1/predict", "application/json", strings.NewReader(oneSeries))
		if err == nil {
			_ = resp.Body.Close()
		}
	})
	<-entered
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestRunFailsOnAClosedListener(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = l.Close()
	err = serve.New(serve.Options{Logger: slog.New(slog.DiscardHandler)}).Run(t.Context(), l)
	if daycast.CodeOf(err) != daycast.Unavailable {
		t.Error(err)
	}
}

func TestBodyLimit(t *testing.T) {
	_, h := start(t, serve.Options{MaxBody: 100}, state("r1", constant{}))
	exact := oneSeries + strings.Repeat(" ", 100-len(oneSeries))
	if a := ask(t, h.URL+"/v1/predict", exact); a.status != http.StatusOK {
		t.Errorf("a body of the limit: %d %s", a.status, a.body)
	}
	wantProblem(t, ask(t, h.URL+"/v1/predict", exact+" "), 413, daycast.Invalid, "100 bytes")
	// Without a length the limit is found while reading.
	r, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, h.URL+"/v1/predict",
		io.MultiReader(strings.NewReader(exact), strings.NewReader(strings.Repeat(" ", 1000))))
	r.Header.Set("Content-Type", "application/json")
	wantProblem(t, do(t, r), 413, daycast.Invalid, "100 bytes")
}

func TestConcurrencyLimit(t *testing.T) {
	entered, leave := make(chan struct{}), make(chan struct{})
	slow := constant{func(context.Context) error {
		entered <- struct{}{}
		<-leave
		return nil
	}}
	_, h := start(t, serve.Options{MaxConcurrent: 2}, state("r1", slow))
	answers := make(chan answer, 2)
	for range 2 {
		go func() { answers <- ask(t, h.URL+"/v1/predict", oneSeries) }()
		<-entered
	}
	a := ask(t, h.URL+"/v1/models", "")
	wantProblem(t, a, 503, daycast.Unavailable, "too many")
	if a.header.Get("Retry-After") == "" {
		t.Error("no Retry-After")
	}
	for _, path := range []string{"/healthz", "/readyz", "/metrics"} {
		if a := ask(t, h.URL+path, ""); a.status != http.StatusOK {
			t.Errorf("a busy server answers %s with %d", path, a.status)
		}
	}
	close(leave)
	for range 2 {
		if a := <-answers; a.status != http.StatusOK {
			t.Errorf("%d %s", a.status, a.body)
		}
	}
	if a := ask(t, h.URL+"/v1/models", ""); a.status != http.StatusOK {
		t.Errorf("the slots are not given back: %d", a.status)
	}
}

func TestTimeout(t *testing.T) {
	slow := constant{func(ctx context.Context) error {
		<-ctx.Done()
		return fmt.Errorf("forecast: %w", ctx.Err())
	}}
	_, h := start(t, serve.Options{Timeout: time.Millisecond}, state("r1", slow))
	wantProblem(t, ask(t, h.URL+"/v1/predict", oneSeries), 503, daycast.Unavailable, "too long", "shorter horizon")
}

// A panic becomes a problem without its cause; the log has cause and stack.
func TestPanic(t *testing.T) {
	var log syncBuffer
	broken := constant{func(context.Context) error { panic("index 7 of secret") }}
	_, h := start(t, serve.Options{Logger: slog.New(slog.NewTextHandler(&log, nil))}, state("r1", broken))
	a := ask(t, h.URL+"/v1/predict", oneSeries)
	wantProblem(t, a, 500, daycast.Internal)
	if strings.Contains(a.body, "secret") || strings.Contains(a.body, ".go") {
		t.Errorf("the cause leaks: %s", a.body)
	}
	if got := log.String(); !strings.Contains(got, "index 7 of secret") || !strings.Contains(got, "live_test.go") {
		t.Errorf("the log lacks cause or stack: %s", got)
	}
	if a := ask(t, h.URL+"/v1/models", ""); a.status != http.StatusOK {
		t.Errorf("after the panic: %d", a.status)
	}
}

func TestRequestLog(t *testing.T) {
	var log syncBuffer
	_, h := start(t, serve.Options{Logger: slog.New(slog.NewTextHandler(&log, nil))}, state("r1", constant{}))
	ask(t, h.URL+"/v1/series/85123A/history", "")
	ask(t, h.URL+"/v1/series/nothing/history", "")
	ask(t, h.URL+"/healthz", "")
	got := log.String()
	for _, want := range []string{"http.route=/v1/series/{id}/history", "url.path=/v1/series/85123A/history", "http.response.status_code=200",
		"http.response.status_code=404", "event.duration=", "trace.id=",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no %s in %s", want, got)
		}
	}
	if strings.Contains(got, "healthz") {
		t.Error("health checks fill the log")
	}
}

// A syncBuffer is a log that many goroutines write.
type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *syncBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *syncBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}
