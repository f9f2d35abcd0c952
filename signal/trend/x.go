package trend

import (
	"fmt"
	"net/url"
	"strings"
	"time"

	"daycast"
	"daycast/signal/fetch"
)

// XOptions are how X is asked.
type XOptions struct {
	Options
	All bool // the account may read the full archive; otherwise the last week
}

// The paths of X's counts, which are still called by its former name.
const (
	xRecent = "/2/tweets/counts/recent"
	xAll    = "/2/tweets/counts/all"
)

// NewX counts posts on X, formerly Twitter, by its API v2 (https://docs.x.com):
// posts of a day of UTC that match a query. A day's count can be had as soon as
// it is over, and is known at its end to a shop whose morning comes after UTC's
// midnight. Without the full archive, a day that is not fetched within a week is
// lost.
func NewX(archive *fetch.Archive, o XOptions) (*Counts, error) {
	fill(&o.Options.Options, "x", "https://api.x.com")
	name, path, oldest := o.Name, xRecent, func(today daycast.Day) daycast.Day { return today - 6 }
	if o.All {
		path = xAll
		first, _ := daycast.ParseDay("2006-03-21") // of the first post
		oldest = func(daycast.Day) daycast.Day { return first }
		if o.PerSecond == 0 {
			o.PerSecond = 1 // of the full archive, by its documentation
		}
	}
	return newCounts(archive, o.Options, api{
		first: oldest, most: 31, under: []string{xAll + "?", xRecent + "?"},
		request: func(q Query, from, to daycast.Day) fetch.Request {
			return fetch.Request{Path: path, Query: url.Values{
				"query": {q.Text}, "granularity": {"day"},
				"start_time": {from.Time().Format(time.RFC3339)}, "end_time": {ends(to).Format(time.RFC3339)}, // exclusive
			}}
		},
		about:  aboutX,
		of:     func(q Query) string { return q.Text },
		decode: func(body []byte) (page, error) { return decodeX(name, body) },
		next: func(r fetch.Request, token string) fetch.Request {
			q := url.Values{}
			for k, v := range r.Query {
				q[k] = v
			}
			q.Set("next_token", token)
			r.Query = q
			return r
		},
	})
}

func fill(o *fetch.Options, name, base string) {
	if o.Name == "" {
		o.Name = name
	}
	if o.Base == "" {
		o.Base = base
	}
}

func aboutX(request string) (what string, from, to daycast.Day, ok bool) {
	_, query, _ := strings.Cut(request, "?")
	v, err := url.ParseQuery(query)
	if err != nil {
		return "", 0, 0, false
	}
	start, err := time.Parse(time.RFC3339, v.Get("start_time"))
	if err != nil {
		return "", 0, 0, false
	}
	end, err := time.Parse(time.RFC3339, v.Get("end_time"))
	return v.Get("query"), daycast.DayOf(start.UTC()), daycast.DayOf(end.UTC()) - 1, err == nil
}

type xAnswer struct {
	Data []struct {
		Start string   `json:"start"`
		End   string   `json:"end"`
		Count *float64 `json:"tweet_count"`
	} `json:"data"`
	Meta struct {
		Next string `json:"next_token"`
	} `json:"meta"`
	Errors []struct {
		Message string `json:"message"`
		Detail  string `json:"detail"`
		Title   string `json:"title"`
	} `json:"errors"`
}

func decodeX(source string, body []byte) (page, error) {
	var answer xAnswer
	if err := fetch.Decode(source, body, &answer); err != nil {
		return page{}, err
	}
	if answer.Data == nil && len(answer.Errors) > 0 {
		e := answer.Errors[0]
		return page{}, daycast.Errorf(daycast.Invalid, "%s: %s", source, strings.Join(strings.Fields(e.Title+" "+e.Message+" "+e.Detail), " "))
	}
	if answer.Data == nil {
		return page{}, fetch.Drift(source, "data is missing")
	}
	p := page{counts: map[daycast.Day]float32{}, next: answer.Meta.Next}
	for _, b := range answer.Data {
		start, err := time.Parse(time.RFC3339, b.Start)
		if err != nil {
			return page{}, fetch.Drift(source, fmt.Sprintf("data.start is %.40q, and was a time", b.Start))
		}
		end, err := time.Parse(time.RFC3339, b.End)
		if err != nil {
			return page{}, fetch.Drift(source, fmt.Sprintf("data.end is %.40q, and was a time", b.End))
		}
		if b.Count == nil || *b.Count < 0 || *b.Count > 1e15 {
			return page{}, fetch.Drift(source, "data.tweet_count is missing or no count")
		}
		if start = start.UTC(); start.Equal(start.Truncate(24*time.Hour)) && end.Sub(start) == 24*time.Hour {
			p.counts[daycast.DayOf(start)] = float32(*b.Count)
		} // else a part of a day
	}
	return p, nil
}
