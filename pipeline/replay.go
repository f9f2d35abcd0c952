package pipeline

import (
	"context"
	"os"
	"path/filepath"
	"time"

	"daycast"
)

// A Replay goes through past days as if each were today: every evening a run
// knows the orders up to then and no later ones, scores what it forecast
// before, and trains when that is due. It lives in a data folder of its own,
// and one that was killed goes on at its day.
//
// Orders are cut by their time. What a shop's tables keep no history of, such
// as attributes of items without a day or lines edited in place, is as it is now.
type Replay struct {
	Run      Run         // what the runs have in common
	From, To daycast.Day // the first and the last day that is played
}

// replayed is what a replay's folder says of it.
type replayed struct {
	From daycast.Day `json:"from"`
}

func replayPath(dir string) string { return filepath.Join(dir, "runs", "replay.json") }

// Do plays the days that are not played yet. A folder with other runs is code
// conflict.
func (p Replay) Do(ctx context.Context) error {
	played, err := p.begin()
	if err != nil {
		return err
	}
	for day := max(p.From, played); day <= p.To; day++ {
		run := p.Run
		run.AsOf, run.Now = day, evening(day, p.Run.Shop.TimeZone, p.Run.Now)
		run.Registry.Now = run.Now
		run.Progress.Stage(day.String())
		if err := run.Do(ctx, ""); err != nil {
			return err
		}
	}
	return nil
}

// begin notes what is played in the folder, and gives the first day that is
// still to be played.
func (p Replay) begin() (daycast.Day, error) {
	if p.To < p.From {
		return 0, daycast.Errorf(daycast.Invalid, "the replay ends on %s, before it begins on %s", p.To, p.From)
	}
	dir := p.Run.Dir
	j, err := ReadJournal(dir)
	if err != nil && daycast.CodeOf(err) != daycast.NotFound {
		return 0, err
	}
	var have replayed
	switch err := readJSON(replayPath(dir), &have); {
	case err != nil && daycast.CodeOf(err) != daycast.NotFound:
		return 0, err
	case err != nil && j.Run != "":
		return 0, daycast.Errorf(daycast.Conflict, "%s holds runs that are no replay's", dir).WithHint("name another folder")
	case err == nil && have.From != p.From:
		return 0, daycast.Errorf(daycast.Conflict, "%s holds a replay from %s on, not from %s", dir, have.From, p.From).
			WithHint("--fresh begins anew")
	}
	if err := os.MkdirAll(filepath.Join(dir, "runs"), 0o755); err != nil {
		return 0, fileError("the replay's folder", err)
	}
	if err := writeJSON(replayPath(dir), replayed{p.From}); err != nil {
		return 0, err
	}
	if j.Ended && j.AsOf >= p.From {
		return j.AsOf + 1, nil
	}
	return max(p.From, j.AsOf), nil
}

// evening is a clock that begins at the end of a day where the shop is, and
// then goes on as the real one does.
func evening(day daycast.Day, zone *time.Location, now func() time.Time) func() time.Time {
	y, m, d := (day + 1).Time().Date()
	midnight, began := time.Date(y, m, d, 0, 0, 0, 0, zone), now()
	return func() time.Time { return midnight.Add(now().Sub(began)) }
}
