"""The daily run of a daycast shop. It calls the binary and holds no logic."""

import os
from datetime import datetime, timedelta

from airflow.providers.standard.hooks.subprocess import SubprocessHook
from airflow.sdk import DAG, BaseOperator, CronTriggerTimetable
from airflow.sdk.exceptions import AirflowException, AirflowFailException

DOC = """
### daycast: one run a day

| task | does |
|-|-|
| check | tries every connection and query |
| etl | reads and cleans the shop's tables |
| run | learns where that is due, forecasts every series and publishes |
| monitor | fails where data, accuracy or the run are not as they should be |

etl and run are one run of daycast: run goes on where etl ended, and one that is
tried again does what is left. There is no task for `daycast train`, which learns
anew whenever it is called; run does when `train.every` of daycast.yaml says so.

A task is tried again where its exit code is 75 (the database is away, another
process is at the data folder), where the system killed it and where it took too
long; after 1 (failed) and 2 (misused) it is not, since the same would happen.

Set in the environment of the Dag processor and the workers: `DAYCAST_BIN`,
`DAYCAST_CONFIG`, `DAYCAST_CRON`, `DAYCAST_TIME_ZONE`, and the secrets that the
config names as `${NAME}`.
"""

FAILED, MISUSED = 1, 2


class Daycast(BaseOperator):
    """One verb of the program, with its output in the task's log."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.hook = SubprocessHook()

    def execute(self, context):
        program = os.environ.get("DAYCAST_BIN", "daycast")
        config = os.environ.get("DAYCAST_CONFIG", "/etc/daycast/daycast.yaml")
        ended = self.hook.run_command([program, self.task_id, "--config", config])
        if ended.exit_code in (FAILED, MISUSED):
            raise AirflowFailException(ended.output)
        if ended.exit_code != 0:
            raise AirflowException(f"exit code {ended.exit_code}: {ended.output}")

    def on_kill(self):
        # The program ends on SIGTERM, and the next try goes on at its step.
        self.hook.send_sigterm()


with DAG(
    dag_id="daycast",
    schedule=CronTriggerTimetable(
        os.environ.get("DAYCAST_CRON", "0 5 * * *"),
        # That of shop.time_zone: the day's orders are complete when it has ended there.
        timezone=os.environ.get("DAYCAST_TIME_ZONE", "UTC"),
    ),
    start_date=datetime(2024, 1, 1),
    catchup=False,  # one run reads all days that came
    max_active_runs=1,
    dagrun_timeout=timedelta(hours=12),  # past which a run is begun anew, not resumed
    # What passes is waited for a quarter of an hour, as daycast schedule does.
    default_args={"retries": 5, "retry_delay": timedelta(minutes=3)},
    tags=["daycast", "forecast"],
    doc_md=DOC,
):
    check = Daycast(task_id="check", execution_timeout=timedelta(minutes=10))
    etl = Daycast(task_id="etl", execution_timeout=timedelta(hours=2))
    run = Daycast(task_id="run", execution_timeout=timedelta(hours=6))
    monitor = Daycast(task_id="monitor", execution_timeout=timedelta(minutes=10))
    check >> etl >> run >> monitor
