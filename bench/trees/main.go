// Command trees is daycast's side of the benchmark of tree trainers:
//
//	ours JOB FOLDER PARAMETERS
//
// runs one job on the set in FOLDER and prints one JSON object. The
// parameters are JSON, too; bench.py starts it, and data.py made the set.
package main

import (
	"encoding/json"
	"fmt"
	"os"
)

// parameters are those that peers.py takes as well.
type parameters struct {
	Objective string
	Leaves    int
	Trees     int
	Rows      int     // to train on, the first ones; 0: all
	Most      float32 // where targets are cut; 0: nowhere
	Threads   int
	Seed      uint64
	Model     string // the file to ask
	CSV       string // the daily table of a shop
	Horizon   int    // days
	Out       string // the file to write
}

// measured is what a job prints: names of figures and their values.
type measured map[string]float64

var jobs = map[string]func(folder string, p parameters) (measured, error){
	"train":   trainJob,
	"forest":  forestJob,
	"predict": predictJob,
	"explain": explainJob,
	"rows":    rowsJob,
}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) != 3 || jobs[args[0]] == nil {
		return fmt.Errorf("usage: ours train|forest|predict|explain|rows FOLDER PARAMETERS")
	}
	var p parameters
	if err := json.Unmarshal([]byte(args[2]), &p); err != nil {
		return fmt.Errorf("parameters: %w", err)
	}
	out, err := jobs[args[0]](args[1], p)
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(out)
}
