package serve

import (
	"context"
	"slices"
	"strings"

	"daycast"
	"daycast/model/coherent"
)

// mostGroups is how many groups an answer has at most.
const mostGroups = 1000

type totalsInput struct {
	Level string `query:"level" maxLength:"200" default:"shop" doc:"shop, a column of items or places such as category, or category*place for each two together."`
}

type totalsBody struct {
	Snapshot string       `json:"snapshot" doc:"The id of the run whose forecasts were added up."`
	Level    string       `json:"level" example:"category"`
	Levels   []string     `json:"levels" nullable:"false" doc:"The levels that there are; a*b is each of two together."`
	Origin   string       `json:"origin" format:"date" doc:"The last day that the forecasts know."`
	Groups   []groupTotal `json:"groups" nullable:"false" doc:"In the order of their names."`
}

type groupTotal struct {
	Group  string     `json:"group" example:"Kitchen"`
	Series int        `json:"series" doc:"How many there are in it."`
	Days   []totalDay `json:"days" nullable:"false"`
}

type totalDay struct {
	Day  string `json:"day" format:"date" doc:"The day, or the first day of the week."`
	Mean number `json:"mean" doc:"Expected units of all its series. Quantiles do not add up: POST /v1/predict with sums has those of up to a thousand series together, daycast forecast --totals those of every group."`
}

// totals adds up what the run stored, by group.
func (s *Server) totals(_ context.Context, l *live, in *totalsInput) (totalsBody, error) {
	if l.Panel == nil || l.Forecasts == nil {
		return totalsBody{}, daycast.Errorf(daycast.NotFound, "this snapshot has no forecasts of the whole shop in memory").
			WithHint("/v1/series/{id}/forecast has those of single series")
	}
	level, err := coherent.LevelOf(l.Panel, coherent.ParseLevel(in.Level), "query.level")
	if err != nil {
		return totalsBody{}, err
	}
	if len(level.Names) > mostGroups {
		return totalsBody{}, daycast.Errorf(daycast.Invalid, "%s has %d groups: want a level of at most %d", in.Level, len(level.Names), mostGroups).
			WithField("query.level").WithHint("/v1/series/{id}/forecast has that of one series")
	}
	f := l.Forecasts
	sums, counts := make([]float64, len(level.Names)*f.Horizon), make([]int, len(level.Names))
	for i, g := range level.Of {
		if g < 0 {
			continue
		}
		counts[g]++
		for h, mean := range f.MeanOf(i) {
			sums[int(g)*f.Horizon+h] += float64(mean)
		}
	}
	out := totalsBody{Snapshot: l.Version, Level: level.Name, Levels: []string{"shop"}, Origin: f.Origin.String(), Groups: []groupTotal{}}
	for _, own := range l.Panel.Levels {
		out.Levels = append(out.Levels, own.Name)
	}
	for g, name := range level.Names {
		if counts[g] == 0 {
			continue
		}
		total := groupTotal{Group: coherent.GroupName(name), Series: counts[g], Days: make([]totalDay, f.Horizon)}
		for h := range total.Days {
			total.Days[h] = totalDay{Day: f.Day(h).String(), Mean: number(sums[g*f.Horizon+h])}
		}
		out.Groups = append(out.Groups, total)
	}
	slices.SortFunc(out.Groups, func(a, b groupTotal) int { return strings.Compare(a.Group, b.Group) })
	return out, nil
}
