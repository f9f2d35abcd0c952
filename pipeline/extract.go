package pipeline

import (
	"context"
	"iter"
	"math"
	"strconv"
	"time"

	"daycast"
	"daycast/clean"
	"daycast/source"
)

// extracted is what the first step leaves for the cleaning.
type extracted struct {
	Since      daycast.Day           `json:"since"`  // 0 for all
	Newest     daycast.Day           `json:"newest"` // day of an order, as in a daycast.Span
	Last       daycast.Day           `json:"last"`   // business day of an order
	Lines      int64                 `json:"lines"`
	OnePlace   bool                  `json:"one_place"` // the places table names one
	Unreadable []daycast.Quarantined `json:"unreadable"`
	Followed   *Followed             `json:"followed,omitempty"` // nil: changes are not followed
}

// extract reads the shop's places, its order lines since the watermark, less
// the days of the look-back, its items, its stock
// and what it has planned.
func (r *Run) extract(ctx context.Context) error {
	var e extracted
	var err error
	if e.Since, err = r.since(ctx); err != nil {
		return err
	}
	var changed []daycast.Span
	if changed, e.Followed, err = r.follow(ctx, e.Since); err != nil {
		return err
	}
	var places []daycast.Place
	if err := r.again(ctx, func() (err error) { places, err = r.places(ctx); return err }); err != nil {
		return err
	}
	if e.OnePlace = len(places) == 1; e.OnePlace {
		places[0].ID = daycast.OnlyPlace
	}
	if _, err := r.Warehouse.Places().Replace(ctx, r.ID, each(places)); err != nil {
		return err
	}
	if err := r.extractLines(ctx, &e, changed); err != nil {
		return err
	}
	for _, replace := range []func() error{
		func() error {
			_, err := r.Warehouse.Items().Replace(ctx, r.ID, readItems(ctx, r.Source, e.aside))
			return err
		},
		func() error {
			_, err := r.Warehouse.Stock().Replace(ctx, r.ID, r.stock(ctx, e.OnePlace, e.aside))
			return err
		},
		func() error {
			_, err := r.Warehouse.Plans().Replace(ctx, r.ID, readPlans(ctx, r.Source, e.OnePlace, e.aside))
			return err
		},
	} {
		read := len(e.Unreadable)
		err := r.again(ctx, func() error {
			e.Unreadable = e.Unreadable[:read]
			return replace()
		})
		if err != nil {
			return err
		}
	}
	if r.Settings.Customers {
		if err := r.extractBuyers(ctx, &e); err != nil {
			return err
		}
	}
	return writeJSON(r.path("extracted"), e)
}

// aside keeps a row that cannot be read.
func (e *extracted) aside(q daycast.Quarantined) { e.Unreadable = append(e.Unreadable, q) }

// records walks a table as maps from column to value; none where the shop
// does not have the table.
func records(ctx context.Context, src source.Source, t source.Table) iter.Seq2[map[string]string, error] {
	return func(yield func(map[string]string, error) bool) {
		if !src.Has(t) {
			return
		}
		columns, err := src.Columns(ctx, t)
		if err != nil {
			yield(nil, err)
			return
		}
		for batch, err := range src.Read(ctx, t, daycast.Span{}) {
			if err != nil {
				yield(nil, err)
				return
			}
			for _, row := range batch {
				record := make(map[string]string, len(columns))
				for k, v := range row[:min(len(row), len(columns))] {
					record[columns[k]] = v
				}
				if !yield(record, nil) {
					return
				}
			}
		}
	}
}

// rest are a record's columns but for the named ones and the empty ones.
func rest(record map[string]string, but ...string) map[string]string {
	for _, b := range but {
		delete(record, b)
	}
	for k, v := range record {
		if v == "" {
			delete(record, k)
		}
	}
	return record
}

func (r *Run) places(ctx context.Context) ([]daycast.Place, error) {
	var places []daycast.Place
	seen := map[string]bool{}
	for record, err := range records(ctx, r.Source, source.Places) {
		if err != nil {
			return nil, err
		}
		p := located(daycast.Place{ID: record["place_id"]}, record)
		if p.ID == "" || seen[p.ID] {
			continue
		}
		if _, err := time.LoadLocation(p.TimeZone); err != nil {
			return nil, daycast.Errorf(daycast.Invalid, "place %s: time zone %q is not known", p.ID, p.TimeZone).
				WithField("places.time_zone").WithHint("want an IANA name such as Europe/London, or nothing for the shop's own")
		}
		seen[p.ID] = true
		p.Attributes = rest(record, "place_id", "time_zone", "country", "region", "latitude", "longitude")
		places = append(places, p)
	}
	return places, nil
}

// located fills in where a place is, by the columns of its table.
func located(p daycast.Place, record map[string]string) daycast.Place {
	p.TimeZone, p.Country, p.Region = record["time_zone"], record["country"], record["region"]
	p.Latitude, p.Longitude = coordinate(record["latitude"]), coordinate(record["longitude"])
	return p
}

func coordinate(s string) float64 {
	v, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return math.NaN()
	}
	return v
}

func (r *Run) stock(ctx context.Context, onePlace bool, aside func(daycast.Quarantined)) iter.Seq2[daycast.Stock, error] {
	return func(yield func(daycast.Stock, error) bool) {
		var row int64
		for record, err := range records(ctx, r.Source, source.Stock) {
			row++
			s := daycast.Stock{Series: daycast.Series{Item: record["item_id"], Place: record["place_id"]}}
			if err == nil {
				var column, reason string
				if s.Day, s.OnHand, column, reason = stockOf(record); reason != "" {
					aside(daycast.Quarantined{Table: string(source.Stock), Row: row, Column: column, Value: record[column], Reason: reason})
					continue
				}
			}
			if err == nil && r.AsOf != 0 && s.Day > r.AsOf {
				continue
			}
			if onePlace {
				s.Series.Place = daycast.OnlyPlace
			}
			if !yield(s, err) {
				return
			}
		}
	}
}

func stockOf(record map[string]string) (daycast.Day, float32, string, string) {
	text := record["day"]
	day, err := daycast.ParseDay(text[:min(len(text), len(time.DateOnly))])
	if err != nil {
		return 0, 0, "day", "not a day: want YYYY-MM-DD"
	}
	v, err := strconv.ParseFloat(record["on_hand"], 32)
	if err != nil || math.IsNaN(v) {
		return 0, 0, "on_hand", "not a number"
	}
	return day, float32(v), "", ""
}

// loadDaily is the extraction of a shop that keeps ready daily rows.
func (r *Run) loadDaily(ctx context.Context) error {
	if !r.Source.Has(source.Daily) {
		return daycast.Errorf(daycast.Invalid, "the source has neither sales nor daily").WithField("source.queries").
			WithHint("name a query for sales (order lines) or for daily (item, day, units)")
	}
	l := loaded{Report: &clean.Report{}}
	table, err := LoadDaily(ctx, r.ID, r.Source, r.Warehouse, DailyOptions{Step: r.Settings.Step, Today: daycast.DayOf(r.Now()), Until: r.AsOf}, l.Report)
	if err != nil {
		return err
	}
	l.Notes, l.First, l.Own = table.Notes, table.First, table.Columns
	l.Spec = DailySpec(table, r.Settings.Step, r.Settings.Horizon, clean.AbsentAuto)
	return writeJSON(r.path("loaded"), l)
}
