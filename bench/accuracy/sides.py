"""Runs one model on a written case and tells what it forecast and what it cost."""
import importlib.metadata
import os
import pathlib
import subprocess
import sys
import time

import pandas as pd

import peers

HERE = pathlib.Path(__file__).parent
DAYCAST = HERE.parent.parent / "bin/daycast"
USUAL_TIME = "3m"  # daycast's budget, where MODEL has none after an @


def run(model, case, folder, budget=USUAL_TIME):
    """Returns the forecast, and CPU and wall seconds and peak memory of the process."""
    ours = model.startswith("daycast")
    command = daycast(model, case, folder, budget) if ours else [sys.executable, HERE / "peers.py", model, folder]
    log = pathlib.Path(folder) / "log"
    began = time.time()
    with open(log, "w") as f:
        process = subprocess.Popen([str(c) for c in command], stdout=f, stderr=f)
        peak, pid = 0, 0
        while pid == 0:
            peak = max(peak, high_water(process.pid))
            time.sleep(0.1)
            pid, status, used = os.wait4(process.pid, os.WNOHANG)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise RuntimeError(f"{model} ended with {process.returncode}:\n{log.read_text()[-3000:]}")
    cost = {"cpu_s": round(used.ru_utime + used.ru_stime, 1), "wall_s": round(time.time() - began, 1),
            "peak_mb": round(peak / 1024)}
    return (read(folder, case) if ours else pd.read_parquet(pathlib.Path(folder) / "forecast.parquet")), cost


def high_water(pid):
    """Most KiB that the process has had in memory so far. wait4 would tell this
    process's own peak where that is higher: a child begins as its copy. No side
    starts processes of its own."""
    try:
        status = pathlib.Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")), 0)


def daycast(model, case, folder, usual):
    """daycast, daycast:gbm for one model, daycast+gbm.trees=400 for one that learns
    otherwise, daycast+reconcile=wls for another flag, daycast@30m for more time."""
    name, _, own = model.partition("@")
    name, *flags = name.split("+")
    _, _, only = name.partition(":")
    return [DAYCAST, "forecast", "--csv", f"{folder}/sales.csv", "--horizon", case.horizon, "--time", own or usual,
            "--levels", ",".join(map(str, peers.LEVELS)), "--out", f"{folder}/forecast.csv", *(["--model", only] if only else []), *(f"--parameter={f}" if "." in f.split("=")[0] else f"--{f}" for f in flags),
            *(["--freq", "week"] if case.freq != "D" else [])]


def read(folder, case):
    out = pd.read_csv(f"{folder}/forecast.csv", parse_dates=["day"], dtype={"item": str, "place": str})
    return named(out, case).drop(columns="model")


def named(out, case):
    """Item and place as the case has them."""
    for c, lone in (("item", "all"), ("place", "")):  # what the CSV had no column for
        if case.frame[c].nunique() == 1 and case.frame[c].iloc[0] == lone:
            out[c] = lone
    return out


def versions(model):
    if model.startswith("daycast"):
        said = subprocess.run([DAYCAST, "--version"], capture_output=True, text=True, check=True).stdout
        return {"daycast": said.split()[-1]}
    needs = {"mean_28": ["pandas"], "lightgbm": ["mlforecast", "lightgbm"], "lightgbm_quantile": ["mlforecast", "lightgbm"]}
    return {p: importlib.metadata.version(p) for p in [*needs.get(model, ["statsforecast"]), "numpy"]}


def slow(model):
    return model in peers.SLOW
