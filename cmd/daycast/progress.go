package main

import (
	"fmt"
	"io"
	"time"
)

// progress writes a plain line for each stage, and for each step of a long one.
type progress struct {
	to    io.Writer
	start time.Time
}

func newProgress(to io.Writer) *progress { return &progress{to: to, start: time.Now()} }

func (p *progress) Stage(name string) {
	fmt.Fprintf(p.to, "%6.1fs  %s\n", time.Since(p.start).Seconds(), name)
}

func (p *progress) Step(done, total int, what string) {
	fmt.Fprintf(p.to, "%6.1fs    %d/%d %s\n", time.Since(p.start).Seconds(), done, total, what)
}
