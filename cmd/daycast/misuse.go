package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// misuse is a command line that cannot be understood.
type misuse struct{ error }

func (m misuse) Unwrap() error { return m.error }

// noArgs refuses words that are neither a verb nor a flag's value.
func noArgs(cmd *cobra.Command, args []string) error {
	switch {
	case len(args) == 0:
		return nil
	case cmd.HasSubCommands():
		cmd.SuggestionsMinimumDistance = nearEnough
		return misuse{fmt.Errorf("%s has no verb %q%s; see %[1]s --help", cmd.CommandPath(), args[0], didYouMean(cmd.SuggestionsFor(args[0])))}
	}
	return misuse{fmt.Errorf("%q is not understood: %s takes flags only; see %[2]s --help", args[0], cmd.CommandPath())}
}

// oneArg takes a verb's only word.
func oneArg(what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) != 1 {
			return misuse{fmt.Errorf("%s takes %s, and got %d words; see %[1]s --help", cmd.CommandPath(), what, len(args))}
		}
		return nil
	}
}

// suggestFlag adds the flag that was likely meant. Cobra measures the distance
// of verbs alone, so the flags stand in for some.
func suggestFlag(cmd *cobra.Command, err error) error {
	var unknown *pflag.NotExistError
	if !errors.As(err, &unknown) {
		return fmt.Errorf("%w; see %s --help", err, cmd.CommandPath())
	}
	flags := &cobra.Command{SuggestionsMinimumDistance: nearEnough}
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		flags.AddCommand(&cobra.Command{Use: f.Name, Run: func(*cobra.Command, []string) {}})
	})
	near := flags.SuggestionsFor(unknown.GetSpecifiedName())
	for i := range near {
		near[i] = "--" + near[i]
	}
	return fmt.Errorf("%w%s; see %s --help", err, didYouMean(near), cmd.CommandPath())
}

// nearEnough is how many letters a slip of the keyboard changes, as in Cobra.
const nearEnough = 2

func didYouMean(near []string) string {
	if len(near) == 0 {
		return ""
	}
	return ", did you mean " + strings.Join(near, " or ") + "?"
}
