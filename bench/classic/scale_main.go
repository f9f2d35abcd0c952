// Command classic measures the classic methods:
//
//	ours scale N [MODEL...]   see scale
package main

import (
	"fmt"
	"os"
)

func main() {
	if len(os.Args) < 2 || os.Args[1] != "scale" {
		fmt.Fprintln(os.Stderr, "usage: ours scale N [MODEL...]")
		os.Exit(2)
	}
	if err := scale(os.Args[2:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
