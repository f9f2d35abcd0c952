package serve

import (
	"context"
	"time"
)

type modelsBody struct {
	Models []modelInfo `json:"models" nullable:"false"`
}

type modelInfo struct {
	ID         string            `json:"id"`
	Name       string            `json:"name" example:"gbm"`
	Champion   bool              `json:"champion" doc:"Whether it answers forecasts now."`
	Created    time.Time         `json:"created"`
	Origin     string            `json:"origin" format:"date" doc:"The last day that it learned from."`
	Metrics    map[string]number `json:"metrics,omitempty" doc:"Its scores on the backtest; null where one cannot be told."`
	Parameters map[string]string `json:"parameters,omitempty"`
}

func (s *Server) models(_ context.Context, l *live, _ *struct{}) (modelsBody, error) {
	out := modelsBody{Models: make([]modelInfo, len(l.Models))}
	for i, v := range l.Models {
		m := modelInfo{
			ID: v.ID, Name: v.Name, Champion: v.ID == l.Champion.ID,
			Created: v.Created.UTC(), Origin: v.Origin.String(), Parameters: v.Parameters,
		}
		if len(v.Metrics) > 0 {
			m.Metrics = make(map[string]number, len(v.Metrics))
		}
		for name, value := range v.Metrics {
			m.Metrics[name] = number(value)
		}
		out.Models[i] = m
	}
	return out, nil
}
