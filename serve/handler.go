package serve

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"daycast"
)

// Handler answers every route of the server, within its limits.
func (s *Server) Handler() http.Handler { return http.HandlerFunc(s.observe) }

// observe counts, times and logs a request.
func (s *Server) observe(w http.ResponseWriter, r *http.Request) {
	start := s.clock()
	route := s.route(r)
	rec := &recorder{ResponseWriter: w}
	trace := traceOf(r)
	r = r.WithContext(withTrace(r.Context(), trace))
	w.Header().Set(traceHeader, trace)
	s.metrics.active.Inc()
	defer func() {
		s.metrics.active.Dec()
		took := s.clock().Sub(start)
		status := rec.status
		if status == 0 {
			status = http.StatusOK
		}
		s.metrics.duration.WithLabelValues(route, methodLabel(r.Method), statusClass(status)).Observe(took.Seconds())
		s.log.Log(r.Context(), logLevel(route, status), "request",
			"http.request.method", r.Method, "http.route", route, "url.path", r.URL.Path, "http.response.status_code", status,
			"http.response.body.bytes", rec.bytes, "event.duration", took, "trace.id", trace)
	}()
	s.protect(rec, r, route)
}

// protect turns a panic into a problem that says nothing of its cause.
func (s *Server) protect(w *recorder, r *http.Request, route string) {
	defer func() {
		cause := recover()
		if cause == nil {
			return
		}
		if cause == http.ErrAbortHandler { //nolint:errorlint // net/http panics with this very value
			panic(cause)
		}
		s.log.ErrorContext(r.Context(), "panic", "http.route", route, "error", cause,
			"error.stack_trace", string(debug.Stack()), "trace.id", traceIn(r.Context()))
		if w.status == 0 {
			internalProblem().write(w)
		}
	}()
	w.Header().Set("X-Content-Type-Options", "nosniff")
	switch {
	case route == noRoute:
		s.refuse(w, r)
	case strings.HasPrefix(route, "/v1/"):
		s.limit(w, r)
	default:
		s.mux.ServeHTTP(w, r)
	}
}

// limit keeps a request within the size, number and time that the options
// allow. The body is read before the request takes one of the slots, so that a
// slow client holds none.
func (s *Server) limit(w *recorder, r *http.Request) {
	if p := s.readBody(w, r); p != nil {
		p.write(w)
		return
	}
	select {
	case s.slots <- struct{}{}:
		defer func() { <-s.slots }()
	default:
		newProblem(http.StatusServiceUnavailable, daycast.Unavailable, "too many requests at once").
			withHint("try again in a moment").write(w)
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), s.options.Timeout)
	defer cancel()
	s.mux.ServeHTTP(w, r.WithContext(ctx))
}

// readBody puts a body of bytes in the place of the connection's, nil if all
// is well. It lifts the connection's read deadline, which would otherwise
// cancel an answer that is still being made.
func (s *Server) readBody(w *recorder, r *http.Request) *problem {
	tooLarge := newProblem(http.StatusRequestEntityTooLarge, daycast.Invalid, "the body has more than %d bytes", s.options.MaxBody).
		withHint("ask for fewer series at once")
	if r.ContentLength > s.options.MaxBody {
		w.Header().Set("Connection", "close")
		return tooLarge
	}
	body, err := io.ReadAll(http.MaxBytesReader(w.ResponseWriter, r.Body, s.options.MaxBody))
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return tooLarge
	case err != nil:
		return newProblem(http.StatusRequestTimeout, daycast.Invalid, "the body did not arrive whole")
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	// Not all writers have deadlines, a test's has none.
	_ = http.NewResponseController(w).SetReadDeadline(time.Time{})
	return nil
}

// noRoute stands for every path that the server does not know.
const noRoute = "none"

// route is the pattern that the request matches, without the method.
func (s *Server) route(r *http.Request) string {
	_, pattern := s.mux.Handler(r)
	// A pattern of ours has a method; that of a CONNECT is the client's path.
	_, path, ok := strings.Cut(pattern, " ")
	if !ok || r.Method == http.MethodConnect {
		return noRoute
	}
	return path
}

// refuse answers what no route does: the mux knows whether the path or the
// method is wrong, and which methods would be right.
func (s *Server) refuse(w http.ResponseWriter, r *http.Request) {
	plain := &recorder{ResponseWriter: discard{http.Header{}}}
	s.mux.ServeHTTP(plain, r)
	if allow := plain.Header().Get("Allow"); allow != "" {
		w.Header().Set("Allow", allow)
		newProblem(http.StatusMethodNotAllowed, daycast.Invalid, "%s does not work on %s", r.Method, r.URL.Path).
			withHint("use %s", allow).write(w)
		return
	}
	newProblem(http.StatusNotFound, daycast.NotFound, "nothing is at %s", r.URL.Path).
		withHint("/docs lists what there is").write(w)
}

// discard keeps an answer's head.
type discard struct{ header http.Header }

func (d discard) Header() http.Header         { return d.header }
func (d discard) Write(b []byte) (int, error) { return len(b), nil }
func (d discard) WriteHeader(int)             {}

// A recorder remembers an answer's status and size.
type recorder struct {
	http.ResponseWriter
	status int
	bytes  int64
}

// WriteHeader remembers the first status; 1xx ones are not the answer's.
func (r *recorder) WriteHeader(status int) {
	if r.status == 0 && status >= http.StatusOK {
		r.status = status
	}
	r.ResponseWriter.WriteHeader(status)
}

// Write counts the bytes.
func (r *recorder) Write(b []byte) (int, error) {
	if r.status == 0 {
		r.status = http.StatusOK
	}
	n, err := r.ResponseWriter.Write(b)
	r.bytes += int64(n)
	return n, err
}

// Unwrap lets http.ResponseController reach the connection.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }

func methodLabel(method string) string {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return method
	}
	return "other"
}

func statusClass(status int) string { return string(rune('0'+status/100)) + "xx" }

// logLevel keeps what machines ask for every few seconds out of the log.
func logLevel(route string, status int) slog.Level {
	switch {
	case status >= http.StatusInternalServerError && route != "/readyz":
		return slog.LevelError
	case route == "/healthz" || route == "/readyz" || route == "/metrics":
		return slog.LevelDebug
	}
	return slog.LevelInfo
}
