package serve

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"net/http"
	"regexp"
	"strings"
)

// traceHeader tells the client under which trace the log has its request.
const traceHeader = "X-Trace-Id"

// traceParent is the header of W3C Trace Context,
// https://www.w3.org/TR/trace-context/: version, trace, parent, flags, and
// what later versions may add.
var traceParent = regexp.MustCompile(`^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}(-.*)?$`)

// traceOf is the trace that the request is part of: the client's, or a new one.
func traceOf(r *http.Request) string {
	if m := traceParent.FindStringSubmatch(r.Header.Get("traceparent")); m != nil {
		version, trace, parent, more := m[1], m[2], m[3], m[4]
		zero := strings.Trim(trace, "0") == "" || strings.Trim(parent, "0") == ""
		if !zero && version != "ff" && (version != "00" || more == "") {
			return trace
		}
	}
	var id [16]byte
	_, _ = rand.Read(id[:]) // crypto/rand never fails
	return hex.EncodeToString(id[:])
}

type traceKey struct{}

func withTrace(ctx context.Context, id string) context.Context {
	return context.WithValue(ctx, traceKey{}, id)
}

// traceIn is the trace of the request that ctx belongs to.
func traceIn(ctx context.Context) string {
	id, _ := ctx.Value(traceKey{}).(string)
	return id
}
