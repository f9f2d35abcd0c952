package serve

import (
	"context"
	"sync"
	"time"

	"daycast"
	"daycast/model"
	"daycast/model/supply"
	"daycast/warehouse"
)

// A State is all that a server answers from: one published snapshot. Nobody
// changes it after it is handed to Swap.
type State struct {
	Version   string               // the snapshot's id, which is its run's
	Shop      Shop                 // its series; nil: those of Panel
	Panel     *daycast.Panel       // the whole shop in one block, sorted by Series.Less; nil beside a Shop
	Fitted    model.Fitted         // the champion, with its calibrated quantiles
	Supply    *supply.Shop         // what stock serves of demand; nil: not known
	Champion  VersionInfo          // what Fitted is
	Models    []VersionInfo        // all versions that the snapshot knows, champion included
	Forecasts *daycast.Forecasts   // the run's forecasts, in the order of Panel.Series; nil for none
	Errors    []warehouse.ErrorRow // of the run's backtest; nil for none
	Scores    []warehouse.ScoreRow // of served forecasts, over the newest weeks; nil for none
}

// A VersionInfo describes a model version.
type VersionInfo struct {
	ID         string // unique among the versions
	Name       string // of the model, such as "gbm"
	Created    time.Time
	Origin     daycast.Day // the last day that it learned from
	Metrics    map[string]float64
	Parameters map[string]string
}

// A live state is the one that requests are answered from.
type live struct {
	*State
	shop   Shop
	loaded time.Time
	users  sync.WaitGroup // requests that are being answered from it
}

// newLive is a state from now on.
func newLive(st *State, now time.Time) *live {
	l := &live{State: st, shop: st.Shop, loaded: now}
	if l.shop == nil {
		l.shop = whole{st.Panel, st.Forecasts}
	}
	return l
}

// resolve finds the series that a client calls by ids, in their order; those
// that are not there are the zero Series. A client that forgot to encode what an
// id needs encoded is understood where that leaves no doubt.
func (l *live) resolve(ctx context.Context, ids []string) ([]daycast.Series, error) {
	asked := make([]daycast.Series, 0, 2*len(ids))
	for _, id := range ids {
		if s, err := daycast.ParseSeries(id); err == nil {
			asked = append(asked, s)
		}
		asked = append(asked, daycast.Series{Item: id})
	}
	has, err := l.shop.Has(ctx, asked)
	if err != nil {
		return nil, err
	}
	found := make([]daycast.Series, len(ids))
	for k, id := range ids {
		if s, err := daycast.ParseSeries(id); err == nil && has[s] {
			found[k] = s
		} else if s := (daycast.Series{Item: id}); has[s] {
			found[k] = s
		}
	}
	return found, nil
}

// onSaleDays is the project's definition of a series on sale: it sold in the
// last eight weeks.
const onSaleDays = 56
