"""bench.py OURS FOLDER: makes M5's windows in FOLDER and runs both sides on them.

loss is reconcile.LevelRMSE on the last window. Answers are apart by what
hierarchicalforecast's solvers leave: both of its structural ones are iterative, and
end at a larger weighted sum of squares than ours.
"""
import json
import os
import subprocess
import sys

import numpy as np
import pandas as pd

OURS, FOLDER = sys.argv[1:]
HERE = os.path.dirname(__file__)
QUICK = bool(os.environ.get("QUICK"))
HORIZON = 28
ORIGINS = [1829, 1857, 1885, 1913]  # the last is the one that is forecast
LEVELS = [["state_id"], ["store_id"], ["cat_id"], ["dept_id"], ["state_id", "cat_id"], ["state_id", "dept_id"], ["store_id", "cat_id"], ["store_id", "dept_id"]]


def weekdays(y, weeks):
    """The mean of the same weekday over the last weeks, for the next four."""
    return np.tile(y[:, -7 * weeks:].reshape(len(y), weeks, 7).mean(axis=1), 4)


def write(folder, table, y, first):
    os.makedirs(folder, exist_ok=True)
    names, rows = [], [np.zeros(len(table), np.int32)]
    for level in LEVELS:
        codes, groups = pd.factorize(table[level].agg("/".join, axis=1), sort=True)
        codes.astype(np.int32).tofile(f"{folder}/level{len(names)}")
        names.append({"name": "/".join(level), "names": list(groups)})
        rows.append(codes)
    sums = lambda v: np.vstack([np.vstack([np.bincount(c, v[:, t], c.max() + 1) for t in range(v.shape[1])]).T for c in rows])
    for k, origin in enumerate(ORIGINS):
        past, actual = y[:, : origin - first + 1], y[:, origin - first + 1 : origin - first + 1 + HORIZON]
        for name, bottom, upper in [("base", weekdays(past, 8), weekdays(sums(past[:, -56:]), 4)), ("actual", actual, sums(actual))]:
            bottom.astype(np.float32).tofile(f"{folder}/{name}{k}.bottom")
            upper.astype(np.float64).tofile(f"{folder}/{name}{k}.upper")
    meta = {"series": len(table), "horizon": HORIZON, "windows": len(ORIGINS), "levels": names}
    json.dump(meta, open(f"{folder}/meta.json", "w"))


def run(side, folder, method, nonnegative):
    command = [OURS] if side == "ours" else [sys.executable, f"{HERE}/peers.py"]
    env = {**os.environ, "OMP_NUM_THREADS": "2", "OPENBLAS_NUM_THREADS": "2", "PYTHONWARNINGS": "ignore"}
    done = subprocess.run([*command, folder, method, *["nonnegative"] * nonnegative], env=env, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"bench: {side} failed at {method}: {done.stderr}")
    return json.loads(done.stdout.splitlines()[-1])


def answer(folder, side):
    return np.fromfile(f"{folder}/{side}.bottom", np.float32).reshape(-1, HORIZON).astype(float)


def main():
    path = f"{os.environ['DAYCAST_DATA']}/m5/sales_train_evaluation_d1495_d1941.csv.gz"
    if not os.path.exists(path):
        sys.exit(f"bench: {path} is not there")
    table = pd.read_csv(path)
    days = [c for c in table.columns if c.startswith("d_")]
    some = table.sample(3000, random_state=1).sort_index()
    write(f"{FOLDER}/some", some, some[days].to_numpy(float), int(days[0][2:]))
    if not QUICK:
        write(f"{FOLDER}/all", table, table[days].to_numpy(float), int(days[0][2:]))
    sets = ["some"] if QUICK else ["some", "all"]
    figures = []
    print(f"{'set':6}{'method':14}{'':13}{'CPU-s':>8}{'peer':>9}{'MiB':>7}{'peer':>7}{'most apart':>12}{'loss':>9}")
    for name in sets:
        folder = f"{FOLDER}/{name}"
        for method, nonnegative in [("bottom_up", False), ("align", True), ("structural", False), ("structural", True), ("variance", True), ("shrunk", True), ("shrunk_centred", False)]:
            ours = run("ours", folder, method, nonnegative)
            line = f"{name:6}{method:14}{'non-negative' if nonnegative else '':13}{ours['cpu']:8.2f}"
            # hierarchicalforecast takes the means of errors off, so we do for comparing.
            # Its covariance of 30,490 series would be 7 GB, a few times.
            if method == "structural" or method == "shrunk_centred" and name == "some":
                theirs = run("theirs", folder, method, nonnegative)
                apart = np.abs(answer(folder, "ours") - answer(folder, "theirs")).max()
                line += f"{theirs['cpu']:9.2f}{ours['mib']:7.0f}{theirs['mib']:7.0f}{apart:12.1e}"
                label = f"{method}{'_nonnegative' if nonnegative else ''}_{name}"
                figures += [(f"{label}_cpu_times_less", theirs["cpu"] / ours["cpu"], ">=5" if name == "all" or method != "structural" or nonnegative else ">=1"), (f"{label}_memory", ours["mib"] / theirs["mib"], "<=0.5"), (f"{label}_apart", apart, "<=0.01")]
            else:
                line += f"{'':9}{ours['mib']:7.0f}{'':7}{'':12}"
            print(f"{line}{ours['loss']:9.4f}", flush=True)
    for label, value, target in figures:
        print(f"{label}\t{value:.3g}\t{target}")


main()
