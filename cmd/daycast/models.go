package main

import (
	"fmt"
	"math"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"daycast/app"
)

func modelsCommand() *cobra.Command {
	c := &cobra.Command{
		Use: "models", Short: "List the model versions of a shop, and choose which one serves", Args: noArgs,
		Example: "  daycast models list\n  daycast models show 20111210T020000Z",
		RunE:    func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	c.AddCommand(modelsListCommand(), modelsShowCommand(), modelsPromoteCommand(), modelsRollbackCommand(), modelsDecisionsCommand())
	return c
}

func modelsListCommand() *cobra.Command {
	var f shopFlags
	c := &cobra.Command{
		Use: "list", Short: "The versions, newest first; * serves", Args: noArgs, Example: "  daycast models list --json",
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := f.load()
			if err != nil {
				return err
			}
			l, err := app.ListModels(cfg, world())
			if err != nil {
				return err
			}
			if f.json {
				return printJSON(cmd.OutOrStdout(), l)
			}
			w := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
			fmt.Fprintln(w, "  id\tmodel\tlast day\tWAPE\tcreated")
			for _, v := range l.Versions {
				mark := " "
				if v.ID == l.Champion {
					mark = "*"
				}
				fmt.Fprintf(w, "%s %s\t%s\t%s\t%s\t%s\n", mark, v.ID, v.Name, v.Origin, metric(v.Metrics, "wape"), v.Created.Format(time.DateTime))
			}
			return w.Flush()
		},
	}
	f.add(c, true)
	return c
}

// metric is a version's metric, a dash where it is not known.
func metric(metrics map[string]float64, name string) string {
	if m, ok := metrics[name]; ok && !math.IsNaN(m) {
		return fmt.Sprintf("%.3f", m)
	}
	return "-"
}

func modelsShowCommand() *cobra.Command {
	var f shopFlags
	c := &cobra.Command{
		Use: "show ID", Short: "All that is known of one version", Args: oneArg("the id of a version"), Example: "  daycast models show 20111210T020000Z",
		RunE: func(cmd *cobra.Command, args []string) error {
			cfg, err := f.load()
			if err != nil {
				return err
			}
			v, err := app.ShowModel(cfg, world(), args[0])
			if err != nil {
				return err
			}
			return printJSON(cmd.OutOrStdout(), v)
		},
	}
	f.add(c, false)
	return c
}

func modelsPromoteCommand() *cobra.Command {
	var f shopFlags
	c := &cobra.Command{
		Use: "promote ID", Short: "Let a version serve", Args: oneArg("the id of a version"), Example: "  daycast models promote 20111210T020000Z",
		Long: `Let a version serve: it forecasts what the newest published run knew, and its
forecasts are published. It stays until a new model passes the gate.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			cfg, err := f.load()
			if err != nil {
				return err
			}
			v, err := app.PromoteModel(cmd.Context(), cfg, world(), args[0])
			if err != nil {
				return err
			}
			return f.printServing(cmd, v)
		},
	}
	f.add(c, true)
	return c
}

func modelsRollbackCommand() *cobra.Command {
	var f shopFlags
	c := &cobra.Command{
		Use: "rollback", Short: "Let the version serve that did before", Args: noArgs, Example: "  daycast models rollback",
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := f.load()
			if err != nil {
				return err
			}
			v, err := app.RollBackModel(cmd.Context(), cfg, world())
			if err != nil {
				return err
			}
			return f.printServing(cmd, v)
		},
	}
	f.add(c, true)
	return c
}

func modelsDecisionsCommand() *cobra.Command {
	var f shopFlags
	c := &cobra.Command{
		Use: "decisions", Short: "Why each model came to serve, or was refused, newest last", Args: noArgs, Example: "  daycast models decisions",
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := f.load()
			if err != nil {
				return err
			}
			decisions, err := app.Decisions(cfg, world())
			if err != nil {
				return err
			}
			if f.json {
				return printJSON(cmd.OutOrStdout(), decisions)
			}
			for _, d := range decisions {
				verdict := "refused "
				if d.Promoted {
					verdict = "promoted"
				}
				fmt.Fprintf(cmd.OutOrStdout(), "%s  %s  %s: %s\n", d.Time.Format(time.DateTime), verdict, d.Challenger, strings.Join(d.Reasons, "; "))
			}
			return nil
		},
	}
	f.add(c, true)
	return c
}

func (f *shopFlags) printServing(cmd *cobra.Command, v app.Version) error {
	if f.json {
		return printJSON(cmd.OutOrStdout(), v)
	}
	_, err := fmt.Fprintf(cmd.OutOrStdout(), "%s (%s) serves now\n", v.ID, v.Name)
	return err
}
