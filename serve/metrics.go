package serve

import (
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
)

// metrics are what the server counts. Their labels have few values: routes,
// never paths; classes of status, never ids.
type metrics struct {
	duration    *prometheus.HistogramVec // by route, method, status class
	active      prometheus.Gauge
	predictions prometheus.Counter
	swaps       prometheus.Counter
	loadErrors  prometheus.Counter
}

// newMetrics registers the metrics; a nil registry gets one with the process'
// and the runtime's.
func newMetrics(r *prometheus.Registry, s *stateCollector) (*metrics, *prometheus.Registry) {
	if r == nil {
		r = prometheus.NewRegistry()
		r.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	}
	m := &metrics{
		// The name is OpenTelemetry's, the buckets are those of its semantic
		// conventions for HTTP.
		duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "http_server_request_duration_seconds",
			Help:    "How long requests took.",
			Buckets: []float64{.005, .01, .025, .05, .075, .1, .25, .5, .75, 1, 2.5, 5, 7.5, 10},
		}, []string{"route", "method", "status"}),
		active: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "http_server_active_requests", Help: "Requests being answered now.",
		}),
		predictions: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "daycast_predictions_total", Help: "Series forecast on request.",
		}),
		swaps: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "daycast_snapshot_swaps_total", Help: "Snapshots that began to serve.",
		}),
		loadErrors: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "daycast_snapshot_load_errors_total", Help: "Snapshots that could not be loaded.",
		}),
	}
	r.MustRegister(m.duration, m.active, m.predictions, m.swaps, m.loadErrors, s)
	return m, r
}

// A stateCollector describes the live state at each scrape, so that nothing of
// an old one stays behind.
type stateCollector struct {
	state *atomic.Pointer[live]
	clock func() time.Time
}

var (
	infoDesc = prometheus.NewDesc("daycast_snapshot_info", "What is served; always 1.",
		[]string{"snapshot", "version", "model"}, nil)
	seriesDesc = prometheus.NewDesc("daycast_snapshot_series", "Series that are served.", nil, nil)
	loadedDesc = prometheus.NewDesc("daycast_snapshot_age_seconds", "Since the snapshot began to serve.", nil, nil)
	modelDesc  = prometheus.NewDesc("daycast_model_age_seconds", "Since the champion was made.", nil, nil)
	originDesc = prometheus.NewDesc("daycast_snapshot_origin_timestamp_seconds", "The last known day's first instant in UTC.", nil, nil)
)

// Describe names the metrics.
func (c *stateCollector) Describe(out chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{infoDesc, seriesDesc, loadedDesc, modelDesc, originDesc} {
		out <- d
	}
}

// Collect gives their values, none before there is a state.
func (c *stateCollector) Collect(out chan<- prometheus.Metric) {
	l := c.state.Load()
	if l == nil {
		return
	}
	gauge := func(d *prometheus.Desc, v float64, labels ...string) {
		out <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	now := c.clock()
	gauge(infoDesc, 1, l.Version, l.Champion.ID, l.Champion.Name)
	gauge(seriesDesc, float64(l.shop.Len()))
	gauge(loadedDesc, now.Sub(l.loaded).Seconds())
	gauge(modelDesc, now.Sub(l.Champion.Created).Seconds())
	gauge(originDesc, float64(l.shop.Origin().Time().Unix()))
}
