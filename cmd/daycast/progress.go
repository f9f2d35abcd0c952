package main

import (
	"fmt"
	"os"
	"sync/atomic"
	"time"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
	"golang.org/x/term"

	"daycast/app"
)

// newProgress draws a bar for each stage on a terminal, and writes a plain line
// now and then elsewhere.
func newProgress(to *os.File) app.Progress {
	if term.IsTerminal(int(to.Fd())) {
		return &bars{to: to, start: time.Now()}
	}
	return &lines{to: to, start: time.Now()}
}

// lines writes a line for each stage, and for its steps one every few seconds.
type lines struct {
	to          *os.File
	start, last time.Time
}

const betweenLines = 5 * time.Second

func (l *lines) Stage(name string) {
	l.last = time.Now()
	fmt.Fprintf(l.to, "%6.1fs  %s\n", time.Since(l.start).Seconds(), name)
}

func (l *lines) Step(done, total int, what string) {
	if time.Since(l.last) < betweenLines {
		return
	}
	l.last = time.Now()
	fmt.Fprintf(l.to, "%6.1fs    %s %s\n", time.Since(l.start).Seconds(), count(done, total), what)
}

func count(done, total int) string {
	if total > 0 {
		return fmt.Sprintf("%d/%d", done, total)
	}
	return fmt.Sprint(done)
}

// bars draws one bar at a time, under the names of the stages that are done.
type bars struct {
	to    *os.File
	start time.Time
	pool  *mpb.Progress // nil between bars
	bar   *mpb.Bar
	what  atomic.Value // the string beside the bar; its drawing reads it
}

func (b *bars) Stage(name string) {
	b.end()
	fmt.Fprintf(b.to, "%6.1fs  %s\n", time.Since(b.start).Seconds(), name)
}

func (b *bars) Step(done, total int, what string) {
	b.what.Store(what)
	if b.pool == nil {
		b.pool = mpb.New(mpb.WithOutput(b.to), mpb.WithWidth(40))
		b.bar = b.pool.AddBar(int64(total), mpb.BarRemoveOnComplete(),
			mpb.PrependDecorators(decor.Name("         ")),
			mpb.AppendDecorators(decor.CountersNoUnit("%d/%d "), decor.Any(func(decor.Statistics) string { return b.what.Load().(string) })))
	}
	b.bar.SetCurrent(int64(done))
	if total > 0 && done >= total {
		b.end()
	}
}

// end takes the bar away and waits for its drawing to stop.
func (b *bars) end() {
	if b.pool == nil {
		return
	}
	b.bar.Abort(true)
	b.pool.Wait()
	b.pool, b.bar = nil, nil
}
