package contract

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"daycast"
)

// Rows by day and the newest time are those of reading each time whole.
func TestTimesLikeTheirTwin(t *testing.T) {
	zone, err := time.LoadLocation("Asia/Tokyo")
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2024, 3, 1, 5, 0, 0, 0, time.UTC)
	layouts := []string{"2006-01-02T15:04:05", time.RFC3339, "2006-01-02T15:04"}
	random := rand.New(rand.NewPCG(3, 4))
	for _, layout := range layouts {
		at, days, newest := newTimes(0, Options{Now: now, Zone: zone}), map[daycast.Day]int64{}, time.Time{}
		for range 2000 {
			text := now.Add(-time.Duration(random.IntN(400)-4) * 6 * time.Hour).Format(layout)
			switch random.IntN(30) {
			case 0:
				text = ""
			case 1:
				text = "2024-13-01T00:00:00"
			}
			at.add([]string{text})
			v, ok := timeOf(text, zone)
			if day := daycast.DayOf(v.In(zone)); ok && day <= daycast.DayOf(now.In(zone)) {
				days[day]++
				if v.After(newest) {
					newest = v
				}
			}
		}
		if diff := cmp.Diff(days, at.all(Options{})); diff != "" || !newest.Equal(at.newest) || len(days) < 90 {
			t.Errorf("%s: newest %s, want %s; %s", layout, at.newest, newest, diff)
		}
	}
}
