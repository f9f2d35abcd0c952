package serve

import (
	"context"
	"fmt"
	"math"
	"net/http"
	"strings"

	"daycast"
	"daycast/warehouse"
)

type listInput struct {
	Limit int    `query:"limit" minimum:"1" maximum:"1000" default:"100" doc:"At most so many series."`
	After string `query:"after" maxLength:"1000" doc:"Series after this id: the last page's next."`
	Query string `query:"q" maxLength:"200" doc:"Only series with this text in their id or in a group's name, in any case."`
}

type listBody struct {
	Series []seriesInfo `json:"series" nullable:"false"`
	Next   string       `json:"next,omitempty" doc:"Pass it as after for the next page; absent on the last."`
}

type seriesInfo struct {
	ID       string            `json:"id" example:"85123A"`
	Item     string            `json:"item" example:"85123A"`
	Place    string            `json:"place,omitempty" doc:"Absent in a shop with one place."`
	Levels   map[string]string `json:"levels,omitempty" doc:"The groups that the series belongs to, such as its category."`
	OnSale   bool              `json:"on_sale" doc:"Whether it sold in the 56 days up to the last known day."`
	LastSale string            `json:"last_sale,omitempty" format:"date" doc:"The last day with a sale; absent if there was none."`
}

func (s *Server) listSeries(ctx context.Context, l *live, in *listInput) (listBody, error) {
	var after daycast.Series
	if in.After != "" {
		var err error
		if after, err = daycast.ParseSeries(in.After); err != nil {
			return listBody{}, daycast.Errorf(daycast.Invalid, "after: %w", err).WithField("query.after")
		}
	}
	out := listBody{Series: []seriesInfo{}}
	for row, err := range l.shop.After(ctx, after, strings.ToLower(strings.TrimSpace(in.Query)), in.Limit+1) {
		if err != nil {
			return listBody{}, err
		}
		if len(out.Series) == in.Limit {
			out.Next = out.Series[in.Limit-1].ID
			break
		}
		out.Series = append(out.Series, infoOf(row, l.shop.Origin()))
	}
	return out, nil
}

func infoOf(row warehouse.SeriesRow, origin daycast.Day) seriesInfo {
	out := seriesInfo{ID: row.Series.ID(), Item: row.Series.Item, Place: row.Series.Place, Levels: row.Levels}
	if row.Sold {
		out.OnSale, out.LastSale = origin-row.LastSale < onSaleDays, row.LastSale.String()
	}
	return out
}

type historyInput struct {
	ID   string `path:"id" doc:"The series' id, percent-encoded as a path segment." example:"85123A"`
	From string `query:"from" format:"date" doc:"The first day; all that is known where it is absent."`
	To   string `query:"to" format:"date" doc:"The last day; the last known one where it is absent."`
}

type historyBody struct {
	Series string       `json:"series" example:"85123A"`
	Step   int          `json:"step" enum:"1,7" doc:"The length of a period in days."`
	Days   []historyDay `json:"days" nullable:"false"`
}

type historyDay struct {
	Day   string `json:"day" format:"date" doc:"The day, or the first day of the week."`
	Units number `json:"units" doc:"As sold; null where the day's data is missing."`
	State string `json:"state" enum:"not_listed,sold,zero,stock_out,closed,missing" doc:"Why the units are what they are."`
	Price number `json:"price" doc:"The unit price, the last known where none is; null before the first."`
}

func (s *Server) history(ctx context.Context, l *live, in *historyInput) (historyBody, error) {
	series, err := l.one(ctx, in.ID)
	if err != nil {
		return historyBody{}, err
	}
	for p, err := range l.shop.Panels(ctx, []daycast.Series{series}) {
		if err != nil {
			return historyBody{}, err
		}
		return historyOf(p, in)
	}
	return historyBody{}, daycast.Errorf(daycast.Internal, "series %s has no panel", series.ID())
}

// historyOf is that of the only series of a panel.
func historyOf(p *daycast.Panel, in *historyInput) (historyBody, error) {
	const i = 0
	from, err := dayOr(in.From, p.Start[i], "query.from")
	if err != nil {
		return historyBody{}, err
	}
	to, err := dayOr(in.To, p.Origin, "query.to")
	if err != nil {
		return historyBody{}, err
	}
	if in.From != "" && in.To != "" && from > to {
		return historyBody{}, daycast.Errorf(daycast.Invalid, "from %s is after to %s", from, to).WithField("query.from")
	}
	out := historyBody{Series: p.Series[i].ID(), Step: int(p.Step), Days: []historyDay{}}
	units, states, prices := p.UnitsOf(i), p.StateOf(i), p.PriceOf(i)
	for t := range units {
		day := p.Start[i] + daycast.Day(t)*daycast.Day(p.Step)
		if day < from || day > to {
			continue
		}
		d := historyDay{Day: day.String(), Units: number(units[t]), State: states[t].String(), Price: number(prices[t])}
		if states[t] == daycast.Missing {
			d.Units = number(math.NaN())
		}
		out.Days = append(out.Days, d)
	}
	return out, nil
}

// dayOr reads a day, or takes the other where there is none.
func dayOr(text string, other daycast.Day, field string) (daycast.Day, error) {
	if text == "" {
		return other, nil
	}
	d, err := daycast.ParseDay(text)
	if err != nil {
		return 0, daycast.Errorf(daycast.Invalid, "%w", err).WithField(field)
	}
	return d, nil
}

// one finds the series of a path.
func (l *live) one(ctx context.Context, id string) (daycast.Series, error) {
	found, err := l.resolve(ctx, []string{id})
	if err != nil {
		return daycast.Series{}, err
	}
	if found[0] != (daycast.Series{}) {
		return found[0], nil
	}
	message, err := l.unknown(ctx, id)
	if err != nil {
		return daycast.Series{}, err
	}
	return daycast.Series{}, notFound(message, []fieldError{{Location: "path.id", Message: message}})
}

// unknown says that there is no such series, and which was likely meant.
func (l *live) unknown(ctx context.Context, id string) (string, error) {
	// Ids longer than any real one are cut, in the comparison and the message.
	const longest = 100
	if len(id) > longest {
		id = strings.ToValidUTF8(id[:longest], "") + "…"
	}
	message := fmt.Sprintf("no series %q", id)
	near, err := l.nearest(ctx, id)
	if near != "" {
		message += fmt.Sprintf("; did you mean %q?", near)
	}
	return message, err
}

func notFound(detail string, fields []fieldError) *problem {
	p := newProblem(http.StatusNotFound, daycast.NotFound, "%s", detail).
		withHint("GET /v1/series lists the series; ?q= searches them")
	p.Errors = fields
	return p
}
