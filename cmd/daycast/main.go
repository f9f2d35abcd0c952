// Command daycast predicts the daily sales of every product of an online shop.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"daycast"
)

// version is set by the linker.
var version = "dev"

// The exit codes.
const (
	exitFailed   = 1
	exitMisused  = 2
	exitTryAgain = 75
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := root().ExecuteContext(ctx)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "daycast:", describe(err))
		os.Exit(exitCode(err))
	}
}

func root() *cobra.Command {
	c := &cobra.Command{
		Use:           "daycast",
		Short:         "Predict the daily sales of every product of an online shop",
		Version:       version,
		Args:          noArgs,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	c.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error { return misuse{suggestFlag(cmd, err)} })
	c.AddCommand(
		demoCommand(), initCommand(), checkCommand(), runCommand(), etlCommand(), trainCommand(), backtestCommand(),
		forecastCommand(), serveCommand(), modelsCommand(), simulateCommand(), tuneCommand(), scheduleCommand(), monitorCommand(), exploreCommand(), qualityCommand(), pingCommand(), rowsCommand(), signalsCommand(),
	)
	return c
}

func describe(err error) string {
	var e *daycast.Error
	if errors.As(err, &e) && e.Field != "" {
		return fmt.Sprintf("%s: %v", e.Field, err)
	}
	return err.Error()
}

func exitCode(err error) int {
	var m misuse
	if errors.As(err, &m) {
		return exitMisused
	}
	if errors.Is(err, context.Canceled) { // by a signal: a run goes on where it was
		return exitTryAgain
	}
	switch daycast.CodeOf(err) {
	case daycast.Unavailable, daycast.Conflict:
		return exitTryAgain
	}
	return exitFailed
}
