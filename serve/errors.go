package serve

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"daycast"
)

// A problem is the body of every answer that is not a success: RFC 9457,
// "Problem Details for HTTP APIs", with daycast's code and hint.
type problem struct {
	Type   string       `json:"type" doc:"Always about:blank: code and status say what it is." example:"about:blank"`
	Title  string       `json:"title" doc:"The status in words." example:"Not Found"`
	Status int          `json:"status" doc:"The HTTP status." example:"404"`
	Code   daycast.Code `json:"code" enum:"invalid,not_found,conflict,unauthorized,unavailable,internal" doc:"The kind of error, for programs."`
	Detail string       `json:"detail" doc:"What is wrong, for people."`
	Hint   string       `json:"hint,omitempty" doc:"What would be right."`
	Errors []fieldError `json:"errors,omitempty" doc:"Each field at fault."`
	Trace  string       `json:"trace_id,omitempty" doc:"The trace under which the server's log has the request; the header X-Trace-Id has it too."`
}

// A fieldError names one field of the request.
type fieldError struct {
	Location string `json:"location" doc:"Where it is, such as body.horizon." example:"body.horizon"`
	Message  string `json:"message" doc:"What is wrong with it." example:"expected number >= 1"`
}

// Error is the detail.
func (p *problem) Error() string { return p.Detail }

// GetStatus is the HTTP status.
func (p *problem) GetStatus() int { return p.Status }

// ContentType is RFC 9457's.
func (p *problem) ContentType(string) string { return problemType }

const problemType = "application/problem+json"

// retryAfter is a client's wait in seconds when the server is too busy: a
// choice, longer than nearly all requests take.
const retryAfter = "1"

// GetHeaders asks for patience where trying again helps.
func (p *problem) GetHeaders() http.Header {
	if p.Status == http.StatusServiceUnavailable {
		return http.Header{"Retry-After": {retryAfter}}
	}
	return nil
}

// write sends the problem without huma.
func (p *problem) write(w http.ResponseWriter) {
	for key, values := range p.GetHeaders() {
		w.Header()[key] = values
	}
	w.Header().Set("Content-Type", problemType)
	p.Trace = w.Header().Get(traceHeader)
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(p) // a client that has gone is nobody to tell
}

func newProblem(status int, code daycast.Code, format string, args ...any) *problem {
	return &problem{
		Type: "about:blank", Title: http.StatusText(status), Status: status,
		Code: code, Detail: fmt.Sprintf(format, args...),
	}
}

func (p *problem) withHint(format string, args ...any) *problem {
	p.Hint = fmt.Sprintf(format, args...)
	return p
}

// statuses is the one place where a code becomes a status.
var statuses = map[daycast.Code]int{
	daycast.Invalid:      http.StatusUnprocessableEntity,
	daycast.NotFound:     http.StatusNotFound,
	daycast.Conflict:     http.StatusConflict,
	daycast.Unauthorized: http.StatusUnauthorized,
	daycast.Unavailable:  http.StatusServiceUnavailable,
	daycast.Internal:     http.StatusInternalServerError,
}

// statusGone is what the log says of a client that went away: nginx's 499.
const statusGone = 499

// problemOf is what the client is told of err. The cause of an internal error
// is for the log alone.
func problemOf(err error) *problem {
	var p *problem
	var e *daycast.Error
	switch {
	case errors.As(err, &p):
		return p
	case errors.Is(err, context.DeadlineExceeded):
		return newProblem(http.StatusServiceUnavailable, daycast.Unavailable, "the answer took too long").
			withHint("ask for fewer series or a shorter horizon")
	case errors.Is(err, context.Canceled):
		return newProblem(statusGone, daycast.Unavailable, "the client went away")
	case !errors.As(err, &e) || e.Code == daycast.Internal:
		return internalProblem()
	}
	p = newProblem(statuses[e.Code], e.Code, "%s", e.Message)
	p.Hint = e.Hint
	if e.Field != "" {
		p.Errors = []fieldError{{Location: e.Field, Message: e.Message}}
	}
	return p
}

func internalProblem() *problem {
	return newProblem(http.StatusInternalServerError, daycast.Internal, "something failed here").
		withHint("the server's log says what")
}

// asProblem sees that every problem names its trace, and turns the errors that
// huma finds itself, before a handler runs, into ours.
func asProblem(ctx huma.Context, _ string, v any) (any, error) {
	p, ok := v.(*problem)
	if m, isHumas := v.(*huma.ErrorModel); isHumas {
		p, ok = problemOfHuma(m), true
	}
	if !ok {
		return v, nil
	}
	p.Trace = traceIn(ctx.Context())
	return p, nil
}

// problemOfHuma leaves out the values that huma echoes, which may be long or
// secret.
func problemOfHuma(m *huma.ErrorModel) *problem {
	if m.Status >= http.StatusInternalServerError {
		return internalProblem()
	}
	p := newProblem(m.Status, daycast.Invalid, "%s", m.Detail)
	var all []string
	for _, e := range m.Errors {
		f := fieldError{Location: e.Location, Message: e.Message}
		// huma names a field that is missing in the message alone.
		var name string
		if n, _ := fmt.Sscanf(e.Message, "expected required property %s to be present", &name); n == 1 {
			f = fieldError{Location: e.Location + "." + name, Message: "is required"}
		}
		p.Errors = append(p.Errors, f)
		all = append(all, f.Location+": "+f.Message)
	}
	if len(all) > 0 {
		p.Detail = strings.Join(all[:min(len(all), maxListed)], "; ")
	}
	p.Hint = "/docs shows what the request takes"
	if m.Status == http.StatusUnsupportedMediaType {
		p.Hint = "send the header Content-Type: application/json"
	}
	return p
}

// maxListed is how many faults of one kind a problem lists.
const maxListed = 20
