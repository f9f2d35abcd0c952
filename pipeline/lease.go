package pipeline

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"

	"daycast"
)

// A Lease is the right to change a data folder, which one process has at a
// time. It is a lock that the system releases when its holder dies, however
// that is, so that none is ever thought to be held by the dead, or taken from
// one who is only slow.
type Lease struct{ lock *flock.Flock }

// A Holder says who has a lease, for the message of those who want it.
type Holder struct {
	Host  string    `json:"host"`
	PID   int       `json:"pid"`
	What  string    `json:"what"` // such as run
	Since time.Time `json:"since"`
}

func leasePath(dir string) string { return filepath.Join(dir, "runs", "lease.lock") }

// AcquireLease takes the lease of a data folder: code conflict, with who has
// it and since when, where another does.
func AcquireLease(dir string, who Holder) (*Lease, error) {
	if err := os.MkdirAll(filepath.Join(dir, "runs"), 0o755); err != nil {
		return nil, fileError("the data folder", err)
	}
	path := leasePath(dir)
	l := &Lease{flock.New(path, flock.SetFlag(os.O_CREATE|os.O_RDWR), flock.SetPermissions(0o644))}
	free, err := l.lock.TryLock()
	if err != nil {
		return nil, fileError(path, err)
	}
	if !free {
		return nil, daycast.Errorf(daycast.Conflict, "%s is being changed by %s", dir, holder(path)).
			WithHint("try again when that has ended")
	}
	// The file is never replaced or removed: a lock is on the file, not on its name.
	text, err := json.Marshal(who)
	if err == nil {
		err = os.WriteFile(path, append(text, '\n'), 0o644)
	}
	if err != nil {
		_ = l.lock.Unlock()
		return nil, fileError(path, err)
	}
	return l, nil
}

// Release gives the lease back.
func (l *Lease) Release() {
	// Closing the file releases it even where unlocking fails.
	_ = l.lock.Unlock()
}

// holder is who has the lease, in words. Between taking a lease and saying so
// there is a moment in which nobody can tell.
func holder(path string) string {
	var h Holder
	if err := readJSON(path, &h); err != nil || h.PID == 0 {
		return "another process"
	}
	return fmt.Sprintf("daycast %s (process %d on %s, since %s)", h.What, h.PID, h.Host, h.Since.Format(time.RFC3339))
}
