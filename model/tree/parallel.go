package tree

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// A Team is goroutines that share the work of one fit. Between two pieces of
// work they look out for the next one for a while before they sleep: to wake
// a thread takes longer than many of the pieces do. One goroutine at a time
// may give work to a team. A nil team works on the caller's goroutine.
type Team struct {
	mutex   sync.Mutex
	wake    sync.Cond
	job     *job // that may be joined; nil between jobs
	asleep  int
	stopped bool
	given   atomic.Uint32 // jobs so far
	members sync.WaitGroup
	threads int
}

// A job is work(0) to work(n-1).
type job struct {
	n      int
	work   func(i int)
	next   atomic.Int64
	active atomic.Int32 // members that are at it
}

// NewTeam has threads members, the caller among them; nil where that is one.
// Stop ends it.
func NewTeam(threads int) *Team {
	if threads <= 1 {
		return nil
	}
	t := &Team{threads: threads}
	t.wake.L = &t.mutex
	for range threads - 1 {
		t.members.Go(t.serve)
	}
	return t
}

// Stop ends the team's goroutines.
func (t *Team) Stop() {
	if t == nil {
		return
	}
	t.mutex.Lock()
	t.stopped = true
	t.given.Add(1)
	t.mutex.Unlock()
	t.wake.Broadcast()
	t.members.Wait()
}

// Threads is the number of members.
func (t *Team) Threads() int {
	if t == nil {
		return 1
	}
	return t.threads
}

// Each runs work(0) to work(n-1) and waits for all of them. The order is not
// fixed, so work may touch only what is i's own.
func (t *Team) Each(n int, work func(i int)) {
	if t == nil || n <= 1 {
		for i := range n {
			work(i)
		}
		return
	}
	j := &job{n: n, work: work}
	t.mutex.Lock()
	t.job = j
	t.given.Add(1)
	asleep := t.asleep
	t.mutex.Unlock()
	if asleep > 0 {
		t.wake.Broadcast()
	}
	j.run()
	t.mutex.Lock()
	t.job = nil // who has not joined by now is not waited for
	t.mutex.Unlock()
	for j.active.Load() > 0 {
		runtime.Gosched()
	}
}

func (j *job) run() {
	for {
		i := int(j.next.Add(1)) - 1
		if i >= j.n {
			return
		}
		j.work(i)
	}
}

// looks is how often a member looks for work before it sleeps: some tenths of
// a millisecond.
const looks = 2000

// serve is a member's life.
func (t *Team) serve() {
	for seen := uint32(0); ; {
		for range looks {
			if t.given.Load() != seen {
				break
			}
			runtime.Gosched()
		}
		t.mutex.Lock()
		for t.given.Load() == seen {
			t.asleep++
			t.wake.Wait()
			t.asleep--
		}
		seen = t.given.Load()
		j := t.job
		if j != nil {
			j.active.Add(1)
		}
		stopped := t.stopped
		t.mutex.Unlock()
		if stopped {
			return
		}
		if j != nil {
			j.run()
			j.active.Add(-1)
		}
	}
}

// spanRows is the length of a span: long enough that handing it out costs
// nothing, short enough that its rows stay in the cache.
const spanRows = 4096

// Spans runs work over [0, n) in spans that do not depend on the team.
func (t *Team) Spans(n int, work func(begin, end int)) {
	t.Each(spans(n), func(i int) {
		work(i*spanRows, min(n, (i+1)*spanRows))
	})
}

func spans(n int) int { return (n + spanRows - 1) / spanRows }
