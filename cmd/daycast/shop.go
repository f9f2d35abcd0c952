package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"daycast"
	"daycast/app"
	"daycast/config"
)

// world is what every verb takes from outside.
func world() app.World {
	return app.World{Now: time.Now, Progress: newProgress(os.Stderr), Version: version}
}

// shopFlags are those of every verb that takes a config.
type shopFlags struct {
	path string
	json bool
}

func (f *shopFlags) add(c *cobra.Command, json bool) {
	c.Flags().StringVar(&f.path, "config", "daycast.yaml", "the shop's config")
	if json {
		c.Flags().BoolVar(&f.json, "json", false, "print the result as JSON")
	}
}

func (f *shopFlags) load() (config.Config, error) { return config.Load(f.path) }

// passCommand is a verb that goes through the pipeline up to a step.
func passCommand(use, short, long, last string) *cobra.Command {
	var f shopFlags
	c := &cobra.Command{
		Use: use, Short: short, Long: long, Args: noArgs,
		Example: "  daycast " + use + "\n  daycast " + use + " --config shop/daycast.yaml --json",
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := f.load()
			if err != nil {
				return err
			}
			s, err := app.Run(cmd.Context(), cfg, world(), last)
			if err != nil {
				return err
			}
			return printSummary(cmd.OutOrStdout(), s, f.json)
		},
	}
	f.add(c, true)
	return c
}

func runCommand() *cobra.Command {
	c := passCommand("run", "One whole pass: read, clean, train, forecast, publish", `One whole pass over the shop: read its tables, clean them, score what was
forecast before, train where that is due (train.every), forecast every series
and publish a snapshot that serve picks up. What has not changed since the last
run is kept. A run that was killed goes on at the step that it was in, for 12
hours: it does not read orders that came since. So does one that etl or train
began.

With --from and --to past days are played instead, one after the other, as if
each were today: the orders up to then and no later ones. It says how the
forecasts did, and lives apart, in the folder replay of the data folder. A
replay that was killed goes on at its day.`, "")
	c.Example += "\n  daycast run --from 2011-09-01 --to 2011-09-30"
	var replay replayFlags
	c.Flags().StringVar(&replay.from, "from", "", "the first day to play, as YYYY-MM-DD")
	c.Flags().StringVar(&replay.to, "to", "", "the last day to play")
	c.Flags().BoolVar(&replay.fresh, "fresh", false, "play again what was played before")
	pass := c.RunE
	c.RunE = func(cmd *cobra.Command, args []string) error {
		if replay == (replayFlags{}) {
			return pass(cmd, args)
		}
		return replay.run(cmd)
	}
	return c
}

// replayFlags are the past days to play.
type replayFlags struct {
	from, to string
	fresh    bool
}

func (f replayFlags) run(cmd *cobra.Command) error {
	from, err := flagDay("from", f.from)
	if err != nil {
		return err
	}
	to, err := flagDay("to", f.to)
	if err != nil {
		return err
	}
	path, _ := cmd.Flags().GetString("config")
	cfg, err := config.Load(path)
	if err != nil {
		return err
	}
	played, err := app.Replay{From: from, To: to, Fresh: f.fresh}.Run(cmd.Context(), cfg, world())
	if err != nil {
		return err
	}
	if asJSON, _ := cmd.Flags().GetBool("json"); asJSON {
		return printJSON(cmd.OutOrStdout(), played)
	}
	_, err = io.WriteString(cmd.OutOrStdout(), played.String())
	return err
}

func flagDay(name, text string) (daycast.Day, error) {
	day, err := daycast.ParseDay(text)
	if err != nil {
		return 0, misuse{fmt.Errorf("--%s %q: want a day such as 2011-09-01; a replay needs --from and --to", name, text)}
	}
	return day, nil
}

func etlCommand() *cobra.Command {
	return passCommand("etl", "Read and clean the shop's tables into the warehouse", `Read the shop's tables, clean them and load the warehouse. The second time only
orders since the last whole run are read, and the days of source.look_back
before it.`, app.AfterSignals)
}

func trainCommand() *cobra.Command {
	return passCommand("train", "Compare the models, fit the best and register it", `Compare the models on past origins, fit the best on everything and put it into
the registry. It does not serve before a run publishes it. What etl has not
done yet is done first.`, app.AfterTraining)
}

func backtestCommand() *cobra.Command {
	var f shopFlags
	c := &cobra.Command{
		Use: "backtest", Short: "Compare the models on past origins and change nothing", Args: noArgs,
		Example: "  daycast backtest --config shop/daycast.yaml",
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := f.load()
			if err != nil {
				return err
			}
			s, err := app.Backtest(cmd.Context(), cfg, world())
			if err != nil {
				return err
			}
			return printSummary(cmd.OutOrStdout(), s, f.json)
		},
	}
	f.add(c, true)
	return c
}

func checkCommand() *cobra.Command {
	var f shopFlags
	c := &cobra.Command{
		Use: "check", Short: "Try every connection and query, and say what is wrong", Args: noArgs,
		Example: "  daycast check\n  daycast check --config shop/daycast.yaml --json",
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := f.load()
			if err != nil {
				return err
			}
			findings, wrong := app.Check(cmd.Context(), cfg, world())
			if f.json {
				if err := printJSON(cmd.OutOrStdout(), findings); err != nil {
					return err
				}
				return wrong
			}
			for _, x := range findings {
				mark := "ok   "
				if !x.OK {
					mark = "WRONG"
				}
				fmt.Fprintf(cmd.OutOrStdout(), "%s  %-9s  %s\n", mark, x.What, x.Text)
			}
			return wrong
		},
	}
	f.add(c, true)
	return c
}

func initCommand() *cobra.Command {
	var path, kind string
	c := &cobra.Command{
		Use: "init", Short: "Write a commented daycast.yaml to start from", Args: noArgs,
		Example: "  daycast init --source postgres\n  daycast init --source sqlite --config shop/daycast.yaml",
		RunE: func(cmd *cobra.Command, _ []string) error {
			text, err := config.Template(kind)
			if err != nil {
				return misuse{err}
			}
			file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
			if os.IsExist(err) {
				return daycast.Errorf(daycast.Invalid, "%s is there already", path).WithHint("remove it, or name another file with --config")
			}
			if err != nil {
				return daycast.Errorf(daycast.Invalid, "cannot write %s: %w", path, err)
			}
			_, err = io.WriteString(file, text)
			if e := file.Close(); err == nil {
				err = e
			}
			if err == nil {
				fmt.Fprintf(cmd.OutOrStdout(), "wrote %s: name your own tables there, then try daycast check\n", path)
			}
			return err
		},
	}
	c.Flags().StringVar(&path, "config", "daycast.yaml", "the file to write")
	c.Flags().StringVar(&kind, "source", "postgres", "where the sales are: "+strings.Join(config.Kinds(), ", "))
	return c
}

func printSummary(to io.Writer, s *app.Summary, asJSON bool) error {
	if asJSON {
		return printJSON(to, s)
	}
	_, err := io.WriteString(to, s.String())
	return err
}

func printJSON(to io.Writer, v any) error {
	e := json.NewEncoder(to)
	e.SetIndent("", "  ")
	return e.Encode(v)
}
