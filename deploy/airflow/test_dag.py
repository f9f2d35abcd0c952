"""The DAG in the real Airflow; deploy/airflow/test makes its shops and calls it."""

import os
import sys
import unittest
from datetime import timedelta
from fcntl import LOCK_EX, flock
from pathlib import Path

from airflow.dag_processing.dagbag import DagBag
from airflow.models import DagRun
from airflow.utils.session import create_session
from sqlalchemy import select

SHOPS = Path(sys.argv.pop())
TASKS = ["check", "etl", "run", "monitor"]


def bag():
    return DagBag(Path(os.environ["AIRFLOW_HOME"]) / "dags")


def tried(run: DagRun):
    """The state and the number of tries of each task."""
    return {t.task_id: (t.state, t.try_number) for t in run.get_task_instances()}


class TestDag(unittest.TestCase):
    def shop(self, name):
        os.environ["DAYCAST_CONFIG"] = str(SHOPS / name / "daycast.yaml")
        return SHOPS / name / "data"

    def test_loads(self):
        self.assertEqual(bag().import_errors, {})
        dag = bag().dags["daycast"]
        self.assertEqual(list(dag.task_dict), TASKS)
        self.assertEqual((dag.catchup, dag.max_active_runs), (False, 1))

    def test_zone(self):
        os.environ["DAYCAST_TIME_ZONE"] = "Europe/London"
        self.addCleanup(os.environ.pop, "DAYCAST_TIME_ZONE")
        self.assertEqual(str(bag().dags["daycast"].timetable.timezone), "Europe/London")

    def test_whole(self):
        """That the page's commands, which ran before this, did a whole run."""
        with create_session() as session:
            run = session.scalars(select(DagRun).order_by(DagRun.id)).first()
            states = tried(run)
        self.assertEqual(states, {task: ("success", 1) for task in TASKS})
        current = self.shop("good") / "snapshots" / "current"
        self.assertTrue(list(current.glob("forecast*.parquet")), list(current.iterdir()))

    def test_wrong_is_not_tried_again(self):
        data = self.shop("wrong")
        states = tried(self.played())
        self.assertEqual(states["check"], ("failed", 1))
        self.assertEqual({states[t][0] for t in ("etl", "run", "monitor")}, {"upstream_failed"})
        self.assertFalse((data / "snapshots").exists())

    def test_locked_is_tried_again(self):
        data = self.shop("locked")
        (data / "runs").mkdir(parents=True)
        held = open(data / "runs" / "lease.lock", "w")
        flock(held, LOCK_EX)
        # The folder is free once a try has found it taken.
        states = tried(self.played(on_retry_callback=[lambda _: held.close()]))
        self.assertEqual(states, {t: ("success", 2 if t == "etl" else 1) for t in TASKS})

    def test_too_long_is_stopped_and_tried_again(self):
        slow, stopped = SHOPS / "slow", SHOPS / "stopped"
        slow.write_text(f"#!/bin/sh\ntrap 'echo >>{stopped}; exit 1' TERM\nsleep 60 & wait\n")
        slow.chmod(0o755)
        program = os.environ["DAYCAST_BIN"]
        self.addCleanup(os.environ.update, DAYCAST_BIN=program)
        os.environ["DAYCAST_BIN"] = str(slow)
        states = tried(self.played(retries=1, execution_timeout=timedelta(seconds=2)))
        self.assertEqual(states["check"], ("failed", 2))
        self.assertEqual(stopped.read_text(), "\n\n")

    def played(self, **attributes):
        """A whole run of the DAG, with little time between tries."""
        dag = bag().dags["daycast"]
        for task in dag.tasks:
            for name, value in {"retry_delay": timedelta(seconds=1), **attributes}.items():
                setattr(task, name, value)
        return dag.test()


if __name__ == "__main__":
    unittest.main(verbosity=2)
