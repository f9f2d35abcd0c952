package monitor

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"log/slog"
	"strings"

	"daycast"
)

// ecsVersion is that of the Elastic Common Schema whose names the log has:
// https://www.elastic.co/guide/en/ecs/8.11/ecs-field-reference.html
const ecsVersion = "8.11.0"

// NewLogger writes a JSON object a line with the field names of the Elastic
// Common Schema, which log shippers and dashboards know. Attributes whose
// names have a dot, such as event.duration, are taken as such names. "error"
// becomes error.message and error.code, and any other name a label: ECS keeps
// what it has no field for in labels.
func NewLogger(to io.Writer, version string) *slog.Logger {
	h := slog.NewJSONHandler(to, &slog.HandlerOptions{ReplaceAttr: ecs})
	return slog.New(h).With("ecs.version", ecsVersion, "service.name", "daycast", "service.version", version)
}

func ecs(groups []string, a slog.Attr) slog.Attr {
	if len(groups) > 0 || strings.Contains(a.Key, ".") {
		return a
	}
	switch level, isLevel := a.Value.Any().(slog.Level); {
	case a.Key == slog.TimeKey && a.Value.Kind() == slog.KindTime:
		return slog.Time("@timestamp", a.Value.Time().UTC())
	case a.Key == slog.LevelKey && isLevel:
		return slog.String("log.level", strings.ToLower(level.String()))
	case a.Key == slog.MessageKey:
		return slog.Attr{Key: "message", Value: a.Value}
	case a.Key == "error":
		return failure(a.Value)
	}
	return slog.Attr{Key: "labels." + a.Key, Value: a.Value}
}

// failure is an error as two attributes.
func failure(v slog.Value) slog.Attr {
	err, ok := v.Any().(error)
	if !ok {
		return slog.Attr{Key: "error.message", Value: v}
	}
	return slog.Attr{Value: slog.GroupValue(
		slog.String("error.message", err.Error()), slog.String("error.code", string(daycast.CodeOf(err))),
	)}
}

// TraceID is the trace of a run: the same when it is resumed, so that a search
// for it finds all that the run did.
func TraceID(run string) string {
	sum := sha256.Sum256([]byte("daycast run " + run))
	return hex.EncodeToString(sum[:16])
}
