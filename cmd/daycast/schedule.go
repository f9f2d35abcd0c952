package main

import (
	"os"

	"github.com/spf13/cobra"

	"daycast/app"
)

func scheduleCommand() *cobra.Command {
	var f shopFlags
	var once bool
	c := &cobra.Command{
		Use: "schedule", Short: "Run the shop by its timetable, until it is stopped", Args: noArgs,
		Long: `Run the shop whenever schedule.cron of the config says so, on the clock of
shop.time_zone. The log goes to the standard error, a JSON object a line.

A run that was missed while nothing was running is caught up at the start, the
newest one only; one that was killed is resumed. What the database or the
network fails is tried again for a quarter of an hour; after any other failure
the schedule goes on with the next run. Two schedules over one data folder do
each run once, and whatever else changes the folder is waited for.

SIGTERM stops the run that is under way, which goes on at the next start, and
ends the schedule with exit code 0. As a systemd service:

  [Service]
  ExecStart=/usr/bin/daycast schedule --config /etc/daycast/daycast.yaml
  Restart=on-failure

Where something else keeps the time, such as cron or a Kubernetes CronJob,
--once does the run that is due, if it has not been done, and ends. Its exit
code is that of the run, or 75 where SIGTERM stopped it: then, and where it
failed, it is still due.`,
		Example: "  daycast schedule --config shop/daycast.yaml\n  daycast schedule --once",
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := f.load()
			if err != nil {
				return err
			}
			w := world()
			return app.Schedule(cmd.Context(), cfg, w, app.Logger(os.Stderr, w), once)
		},
	}
	f.add(c, false)
	c.Flags().BoolVar(&once, "once", false, "do the run that is due now, if one is, and end")
	return c
}
