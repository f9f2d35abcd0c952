package trend

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"daycast"
	"daycast/signal/fetch"
)

// WikimediaOptions are how Wikimedia is asked.
type WikimediaOptions struct {
	Options
	Project string // of articles that name none; "en.wikipedia"
	Contact string // an address or a page of the shop, which Wikimedia wants to know
}

const wikimediaPath = "/api/rest_v1/metrics/pageviews/per-article/"

// NewWikimedia counts the views of articles by people, not by programs, from
// Wikimedia's pageviews (https://doc.wikimedia.org, free and without a key). A
// day's views are there within a day of its end: that of day D is known at D+1.
// Days without a view are left out by Wikimedia; they are 0 here where days
// around them have views.
func NewWikimedia(archive *fetch.Archive, o WikimediaOptions) (*Counts, error) {
	fill(&o.Options.Options, "wikimedia", "https://wikimedia.org")
	if !strings.ContainsAny(o.Contact, "@/") {
		return nil, daycast.Errorf(daycast.Invalid, "%s wants to know whom it may write to", o.Name).
			WithField("contact").WithHint("give a mail address or the shop's own page; it is sent with each request")
	}
	o.Agent = "daycast (" + o.Contact + ")"
	o.Nothing = nothingOfWikimedia
	name, usual := o.Name, cmp.Or(o.Project, "en.wikipedia")
	oldest, _ := daycast.ParseDay("2015-07-01")
	prefix := func(q Query) string {
		project := cmp.Or(q.Project, usual)
		return wikimediaPath + url.PathEscape(project) + "/all-access/user/" + url.PathEscape(titled(project, q.Text)) + daily
	}
	return newCounts(archive, o.Options, api{
		lag: 24 * time.Hour, first: func(daycast.Day) daycast.Day { return oldest }, most: 366, under: []string{wikimediaPath},
		// A day more at the front, between which and others a day without views shows.
		request: func(q Query, from, to daycast.Day) fetch.Request {
			return fetch.Request{Path: prefix(q) + max(from-1, oldest).Time().Format(hours) + "/" + to.Time().Format(hours)}
		},
		about:  aboutWikimedia,
		of:     prefix,
		decode: func(body []byte) (page, error) { return decodeWikimedia(name, body) },
	})
}

// titled is an article's title as Wikimedia counts it: with _ for spaces, and in
// a Wikipedia with a capital first, also where its page shows a small one.
func titled(project, title string) string {
	title = strings.ReplaceAll(strings.TrimSpace(title), " ", "_")
	first, size := utf8.DecodeRuneInString(title)
	if strings.Contains(project, ".wikipedia") && first != utf8.RuneError {
		title = string(unicode.ToUpper(first)) + title[size:]
	}
	return title
}

func aboutWikimedia(request string) (what string, from, to daycast.Day, ok bool) {
	at := strings.LastIndex(request, daily)
	if at < 0 {
		return "", 0, 0, false
	}
	first, last, _ := strings.Cut(request[at+len(daily):], "/")
	a, err := time.Parse(hours, first)
	if err != nil {
		return "", 0, 0, false
	}
	b, err := time.Parse(hours, last)
	return request[:at+len(daily)], daycast.DayOf(a), daycast.DayOf(b), err == nil
}

const daily = "/daily/"

// hours is how Wikimedia writes days: with an hour, which is 00.
const hours = "2006010215"

// nothingOfWikimedia tells a 404 for want of data from one for a wrong address.
func nothingOfWikimedia(body []byte) bool {
	var problem struct {
		Detail any `json:"detail"`
	}
	return json.Unmarshal(body, &problem) == nil && strings.Contains(fmt.Sprint(problem.Detail), "do not have data")
}

func decodeWikimedia(source string, body []byte) (page, error) {
	if len(body) == 0 {
		return page{}, nil // 404: no views in these days
	}
	var answer struct {
		Items []struct {
			Timestamp string   `json:"timestamp"`
			Views     *float64 `json:"views"`
		} `json:"items"`
	}
	if err := fetch.Decode(source, body, &answer); err != nil {
		return page{}, err
	}
	if answer.Items == nil {
		return page{}, fetch.Drift(source, "items is missing")
	}
	p := page{counts: map[daycast.Day]float32{}}
	var first, last daycast.Day
	for k, item := range answer.Items {
		t, err := time.Parse(hours, item.Timestamp)
		if err != nil || t.Hour() != 0 {
			return page{}, fetch.Drift(source, fmt.Sprintf("items.timestamp is %.40q, and was a day as YYYYMMDD00", item.Timestamp))
		}
		if item.Views == nil || *item.Views < 0 || *item.Views > 1e15 {
			return page{}, fetch.Drift(source, "items.views is missing or no count")
		}
		d := daycast.DayOf(t)
		p.counts[d] = float32(*item.Views)
		if k == 0 {
			first, last = d, d
		}
		first, last = min(first, d), max(last, d)
	}
	if last-first > longest {
		return page{}, fetch.Drift(source, "items have days that are years apart")
	}
	for d := first; d < last; d++ {
		if _, ok := p.counts[d]; !ok {
			p.counts[d] = 0
		}
	}
	return p, nil
}

// longest is how many days an answer may be about.
const longest = 40 * 366
