package serve

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"daycast"
)

// Options are a server's limits and what it is given. Zero values mean the
// defaults.
type Options struct {
	Logger        *slog.Logger         // slog.Default()
	Clock         func() time.Time     // time.Now
	Registry      *prometheus.Registry // one server per registry; a new one
	MaxBody       int64                // bytes of a request's body; 1 MiB
	MaxConcurrent int                  // requests under /v1 answered at once; 64
	Timeout       time.Duration        // of one answer; 10 s
	Drain         time.Duration        // for open requests when stopping; 15 s
}

func (o Options) withDefaults() Options {
	if o.Logger == nil {
		o.Logger = slog.Default()
	}
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.MaxBody <= 0 {
		o.MaxBody = 1 << 20
	}
	if o.MaxConcurrent <= 0 {
		o.MaxConcurrent = 64
	}
	if o.Timeout <= 0 {
		o.Timeout = 10 * time.Second
	}
	if o.Drain <= 0 {
		o.Drain = 15 * time.Second
	}
	return o
}

// A Server answers HTTP requests from the state that was last swapped in.
type Server struct {
	options Options
	log     *slog.Logger
	clock   func() time.Time
	mux     *http.ServeMux
	metrics *metrics
	state   atomic.Pointer[live]
	// swapping is held while the state is replaced, and to read while a request
	// takes hold of it.
	swapping sync.RWMutex
	closing  sync.WaitGroup         // of former states
	broken   atomic.Pointer[string] // the snapshot that could not be loaded last
	slots    chan struct{}          // one taken by each request that is being answered
}

// New makes a server that has no state yet: it is alive, not ready.
func New(o Options) *Server {
	o = o.withDefaults()
	s := &Server{
		options: o, log: o.Logger, clock: o.Clock,
		mux:   http.NewServeMux(),
		slots: make(chan struct{}, o.MaxConcurrent),
	}
	var registry *prometheus.Registry
	s.metrics, registry = newMetrics(o.Registry, &stateCollector{&s.state, o.Clock})
	s.mux.Handle("GET /metrics", promhttp.HandlerFor(registry, promhttp.HandlerOpts{}))
	pages(s.mux, newAPI(s))
	return s
}

// Swap makes st what every later request is answered from. Requests that are
// being answered finish with the state that they began with, which is closed
// then.
func (s *Server) Swap(st *State) {
	l := newLive(st, s.clock())
	s.replace(l)
	s.metrics.swaps.Inc()
	s.log.Info("serving snapshot", "snapshot", st.Version, "model", st.Champion.Name,
		"version", st.Champion.ID, "origin", l.shop.Origin().String(), "series", l.shop.Len())
}

// replace puts a state in the place of the last one; nil: none.
func (s *Server) replace(l *live) {
	s.swapping.Lock()
	last := s.state.Swap(l)
	s.swapping.Unlock()
	if last == nil {
		return
	}
	s.closing.Go(func() {
		last.users.Wait()
		if err := last.shop.Close(); err != nil {
			s.log.Warn("snapshot not closed", "snapshot", last.Version, "error", err)
		}
	})
}

// hold is the live state, nil before there is one. Whoever holds it says when
// they are done.
func (s *Server) hold() *live {
	s.swapping.RLock()
	defer s.swapping.RUnlock()
	l := s.state.Load()
	if l != nil {
		l.users.Add(1)
	}
	return l
}

// Close lets the last state go, once no request is answered from it any more.
// From then on there is none.
func (s *Server) Close() {
	s.replace(nil)
	s.closing.Wait()
}

// The waits of a connection, as choices: a client on a slow line sends the
// head within seconds and a body of MaxBody within half a minute; an idle
// connection outlives the minute between two scrapes.
const (
	headTimeout  = 5 * time.Second
	readTimeout  = 30 * time.Second
	writeTimeout = time.Minute // after the answer's own timeout
	idleTimeout  = 2 * time.Minute
	maxHeader    = 64 << 10 // bytes
)

// Run answers requests on l, which it closes, until ctx is done. Then it takes
// no new ones, waits for the open ones as long as Options.Drain says, and
// returns nil.
func (s *Server) Run(ctx context.Context, l net.Listener) error {
	srv := &http.Server{
		Handler:           s.Handler(),
		ReadHeaderTimeout: headTimeout,
		ReadTimeout:       readTimeout,
		WriteTimeout:      s.options.Timeout + writeTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeader,
		ErrorLog:          slog.NewLogLogger(s.log.Handler(), slog.LevelWarn),
	}
	served := make(chan error, 1)
	go func() { served <- srv.Serve(l) }()
	s.log.Info("listening", "address", l.Addr().String())
	select {
	case err := <-served:
		return daycast.Errorf(daycast.Unavailable, "serving on %s: %w", l.Addr(), err)
	case <-ctx.Done():
	}
	drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.options.Drain)
	defer cancel()
	if err := srv.Shutdown(drain); err != nil {
		s.log.Warn("stopped with requests open", "waited", s.options.Drain, "error", errors.Join(err, srv.Close()))
	}
	<-served //nolint:errcheck // Shutdown made it http.ErrServerClosed
	return nil
}
