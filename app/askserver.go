package app

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"daycast"
	"daycast/monitor"
)

const (
	askTimeout = 10 * time.Second // of one answer: what a server takes at most
	maxAnswer  = 16 << 20         // bytes
)

// askServer asks a server whether it is ready, and what it has counted.
func askServer(ctx context.Context, address string) *monitor.Server {
	s := &monitor.Server{URL: address}
	if u, err := url.Parse(address); err == nil {
		s.URL = u.Redacted()
	}
	if err := ready(ctx, address, s); err != nil {
		s.Broken = err.Error()
	} else if err := counted(ctx, address, s); err != nil {
		s.Broken = err.Error()
	}
	return s
}

// Ping asks one page of a server. Anything but status 200 is code unavailable.
func Ping(ctx context.Context, page string) error {
	status, body, err := ask(ctx, page, "")
	if err != nil {
		return daycast.Errorf(daycast.Unavailable, "%w", err)
	}
	if status != http.StatusOK {
		return daycast.Errorf(daycast.Unavailable, "%s answers with status %d: %s", page, status, bytes.TrimSpace(body[:min(len(body), mostTold)]))
	}
	return nil
}

// mostTold is how much of an answer a message tells: a problem of the server's
// is shorter.
const mostTold = 500 // bytes

func ready(ctx context.Context, address string, s *monitor.Server) error {
	status, body, err := ask(ctx, address, "/readyz")
	if err != nil {
		return err
	}
	if status == http.StatusServiceUnavailable {
		return nil
	}
	var answer struct{ Status, Snapshot string }
	if err := json.Unmarshal(body, &answer); status != http.StatusOK || err != nil || answer.Status != "ready" {
		return fmt.Errorf("/readyz answers with status %d, and not as daycast serve does", status)
	}
	s.Ready, s.Snapshot = true, answer.Snapshot
	return nil
}

// watching reports whether machines ask the route: what they ask every few
// seconds would hide what users see, and /readyz answers 503 on purpose.
func watching(route string) bool {
	return slices.Contains([]string{"/healthz", "/readyz", "/metrics"}, route)
}

func counted(ctx context.Context, address string, s *monitor.Server) error {
	status, body, err := ask(ctx, address, "/metrics")
	if err != nil {
		return err
	}
	if status != http.StatusOK {
		return fmt.Errorf("/metrics answers with status %d", status)
	}
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("/metrics: %w", err)
	}
	for _, m := range families["http_server_request_duration_seconds"].GetMetric() {
		if watching(label(m, "route")) {
			continue
		}
		n := float64(m.GetHistogram().GetSampleCount())
		s.Requests += n
		if label(m, "status") == "5xx" {
			s.Failed += n
		}
	}
	for _, m := range families["daycast_snapshot_load_errors_total"].GetMetric() {
		s.LoadErrors += m.GetCounter().GetValue()
	}
	return nil
}

func label(m *dto.Metric, name string) string {
	for _, l := range m.GetLabel() {
		if l.GetName() == name {
			return l.GetValue()
		}
	}
	return ""
}

func ask(ctx context.Context, address, path string) (status int, body []byte, err error) {
	ctx, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.TrimSuffix(address, "/")+path, nil)
	if err != nil {
		return 0, nil, err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, nil, err
	}
	defer func() { _ = response.Body.Close() }()
	body, err = io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	return response.StatusCode, body, err
}
