// Command stockout is the proof of the stock-out correction:
//
//	stockout simulated WAREHOUSE TRUTH ...   what was inferred, against the truth
//	stockout hidden CSV                      demand hidden from a real shop's days
//	stockout forecast CSV                    models with and without the correction
//	stockout states SNAPSHOT                 the days that are lost, out of stock or off sale
//
// Each but the last prints one line per figure: name, tab, value, and a tab and target where
// there is one.
package main

import (
	"context"
	"fmt"
	"os"
)

var jobs = map[string]func(ctx context.Context, args []string) error{
	"simulated": simulated,
	"hidden":    hidden,
	"forecast":  forecast,
	"states":    states,
}

func main() {
	if err := run(context.Background(), os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	if len(args) == 0 || jobs[args[0]] == nil {
		return fmt.Errorf("usage: stockout simulated WAREHOUSE TRUTH ... | hidden CSV | forecast CSV | states SNAPSHOT")
	}
	return jobs[args[0]](ctx, args[1:])
}

// figure prints one; a target may be empty.
func figure(name string, value float64, target string) {
	if target != "" {
		target = "\t" + target
	}
	fmt.Fprintf(os.Stdout, "%s\t%.4f%s\n", name, value, target)
}
