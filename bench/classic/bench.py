"""bench.py OURS FOLDER: runs the methods of ONLY, or all, with files in FOLDER."""
import functools
import json
import os
import subprocess
import sys

import numpy as np

import data

OURS, FOLDER = sys.argv[1:]
HERE = os.path.dirname(__file__)
QUICK = bool(os.environ.get("QUICK"))
SERIES = int(os.environ.get("SERIES") or (40 if QUICK else 1000))
FEW = {"auto_arima": 10 if QUICK else 60}  # series, of a method that statsforecast takes seconds for
METHODS = [
    "naive", "drift", "seasonal_naive", "window_mean", "seasonal_window_average",
    "croston", "croston_classic", "croston_optimized", "tsb", "adida", "imapa",
    "ses", "holt", "damped_holt", "holt_winters", "auto_ets",
    "standard_theta", "optimized_theta", "dynamic_theta", "dynamic_optimized_theta", "auto_theta",
    "mstl", "auto_arima",
]
ALONE = ["ets", "theta", "historic_average", "negative_binomial", "poisson_glm"]  # without a peer here
# Without intervals statsforecast reads the end of the series only, where our
# state has their width too: these are timed with an 80% interval on both sides.
INTERVALS = {"naive", "drift", "seasonal_naive"}
CLOSE = 0.01  # of a series' mean units


def run(side, method, path):
    command = [OURS] if side == "ours" else [sys.executable, f"{HERE}/peers.py"]
    env = {**os.environ, "OMP_NUM_THREADS": "1", "NIXTLA_ID_AS_COL": "1", "PYTHONWARNINGS": "ignore"}
    done = subprocess.run([*command, method, path, str(data.HORIZON), *["intervals"] * (method in INTERVALS)], env=env, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"bench: {side} failed at {method}: {done.stderr}")
    return json.loads(done.stdout.splitlines()[-1])


def wape(mean, actual):
    return np.abs(np.array(mean) - actual).sum() / actual.sum()


def cover(side, actual):
    """The share of periods inside the central 80% interval; whole units lie on its ends."""
    return ((actual >= np.array(side["low"])) & (actual <= np.array(side["high"]))).mean()


def compare(method, path, series, sets):
    actual = np.array([s["actual"] for s in series])
    ours = run("ours", method, path)
    theirs = run("statsforecast", method, path) if method in METHODS else None
    row = {"method": method, "ms": ours["cpu_ms"], "cover": cover(ours, actual)}
    for name, part in sets.items():
        row[f"wape_{name}"] = wape(ours["mean"][part], actual[part])
    if theirs is None:
        return row
    # A forecast is close where it differs by less than a hundredth of the series' level on the mean day.
    level = np.array([max(np.mean(np.abs(s["units"][-56:])), 1e-9) for s in series])
    differ = np.abs(np.array(ours["mean"]) - np.array(theirs["mean"])).mean(axis=1) / level
    row |= {"peer_ms": theirs["cpu_ms"], "ratio": theirs["cpu_ms"] / ours["cpu_ms"], "close": (differ < CLOSE).mean(), "median": np.median(differ)}
    for name, part in sets.items():
        row[f"wape_{name}"] = wape(ours["mean"][part], actual[part])
        row[f"peer_{name}"] = wape(theirs["mean"][part], actual[part])
    if ours["likelihood"] and theirs["likelihood"]:
        a, b = np.array(ours["likelihood"])[:, 0], np.array(theirs["likelihood"])[:, 0]
        row["likely"] = (a >= b - 0.01 * np.abs(b)).mean()
    return row


def text(row):
    def number(name, form):
        return format(row[name], form) if name in row else ""
    return (f"{row['method']:24}{number('ms', '.4g'):>9}{number('peer_ms', '.4g'):>9}{number('ratio', '.1f'):>8}"
            f"{number('close', '.3f'):>8}{number('median', '.1e'):>9}{number('likely', '.3f'):>8}"
            f"{number('wape_m5', '.4f'):>9}{number('peer_m5', '.4f'):>9}{number('wape_rossmann', '.4f'):>9}{number('peer_rossmann', '.4f'):>9}{number('cover', '.3f'):>7}")


@functools.cache
def made(n):
    """The file, the series in it and which of them are of which shop."""
    path = f"{FOLDER}/{n}.json"
    series = data.make(path, n)
    cut = sum(s["season"] == 7 for s in series)
    return path, series, {"m5": slice(0, cut), "rossmann": slice(cut, None)}


def main():
    wanted = [m for m in (os.environ.get("ONLY") or ",".join(METHODS + ALONE)).split(",") if m in METHODS + ALONE]
    print(f"{SERIES} series of {data.PERIODS} periods, {data.HORIZON} ahead; ms of CPU a series; close: share of series whose forecasts\n"
          f"differ by less than {CLOSE:.0%} of the level; likely: share whose likelihood is at least statsforecast's less 1%\n")
    print(f"{'method':24}{'ms':>9}{'peer':>9}{'ratio':>8}{'close':>8}{'median':>9}{'likely':>8}{'m5':>9}{'peer':>9}{'rossmann':>9}{'peer':>9}{'cover':>7}")
    figures = []
    for method in wanted:
        row = compare(method, *made(min(SERIES, FEW.get(method, SERIES))))
        print(text(row), flush=True)
        if "ratio" in row:
            figures.append(f"classic_{method}\t{row['ratio']:.2f}\t>=4")
        if "likely" in row:
            figures.append(f"classic_{method}_likelihood\t{row['likely']:.3f}\t")
    if not os.environ.get("ONLY") or "scale" in os.environ["ONLY"]:
        figures += memory()
    print("\n" + "\n".join(figures))


def memory():
    """The peak of memory while more and more simulated series are forecast."""
    peaks = {}
    print("\nsimulated series of 120 days, each method learnt and forecast in blocks")
    for n in (1_000, 10_000) if QUICK else (10_000, 100_000, 1_000_000):
        done = subprocess.run([OURS, "scale", str(n)], capture_output=True, text=True)
        if done.returncode:
            sys.exit(f"bench: scale failed: {done.stderr}")
        out = json.loads(done.stdout.splitlines()[-1])
        peaks[n] = out["peak_MiB"]
        print(f"  {n:>9,} series: {out['peak_MiB']:.0f} MiB, " + ", ".join(f"{m} {v:,.0f}" for m, v in out["series_per_cpu_second"].items()) + " series a CPU-second")
    most, before = sorted(peaks)[-1], sorted(peaks)[-2]
    return [f"classic_memory_{most}_to_{before}\t{peaks[most] / peaks[before]:.3f}\t<=1.1"]


main()
