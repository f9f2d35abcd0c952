"""bench.py OURS SALES.csv.gz FOLDER: the rounds, the check and the figures."""
import json
import os
import statistics
import subprocess
import sys

OURS, SALES, FOLDER = sys.argv[1:]
HERE = os.path.dirname(__file__)
QUICK = bool(os.environ.get("QUICK"))
ROUNDS = int(os.environ.get("ROUNDS") or (1 if QUICK else 3))
SERIES = 2000 if QUICK else 0
ROWS = 447 * (SERIES or 30_490)
SIDES = [s for s in (os.environ.get("ONLY") or "ours,polars,mlforecast").split(",") if s]


def run(side, threads=2, rows=0, sample=True):
    out = f"{FOLDER}/{side}" if sample else ""
    if side == "ours":
        command = [OURS, "-threads", str(threads), "-series", str(SERIES), "-rows", str(rows), "-sample", out, SALES]
    else:
        command = [sys.executable, f"{HERE}/peers.py", side, SALES, str(SERIES), out]
    env = {**os.environ, "POLARS_MAX_THREADS": str(threads), "GOMAXPROCS": str(threads), "OMP_NUM_THREADS": str(threads), "PYTHONWARNINGS": "ignore"}
    done = subprocess.run(command, env=env, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"bench: {side} failed: {done.stderr}")
    return json.loads(done.stdout.splitlines()[-1])


def median(runs):
    return {k: statistics.median(r[k] for r in runs) for k in runs[0]}


def show(name, m):
    print(f"{name}\t{m['seconds']:.2f} s, {m['cpu']:.2f} CPU-s, {m['MiB']:.0f} MiB, {m['rows']:.0f} rows of {m['columns']:.0f}", flush=True)


runs = {side: [] for side in SIDES}
for n in range(ROUNDS):
    for side in SIDES:
        runs[side].append(run(side))
        print(f"round {n + 1}: {side} {runs[side][-1]['seconds']:.2f} s", file=sys.stderr)
sides = {side: median(rs) for side, rs in runs.items()}
for side, m in sides.items():
    show(side, m)
wrong = subprocess.run([sys.executable, f"{HERE}/check.py", *(f"{FOLDER}/{s}" for s in SIDES)]).returncode if len(SIDES) > 1 else 0
# Once more rows: those of the days, again and again. Bins of 100M rows are some GiB.
more = int(os.environ.get("ROWS") or (8 * ROWS if QUICK else 100_000_000))
few, many, one = [], [], []
for n in range(ROUNDS):
    few.append(run("ours", sample=False))
    many.append(run("ours", rows=more, sample=False))
    one.append(run("ours", threads=1, sample=False))
few, many, one = median(few), median(many), median(one)
show("ours, more rows", many)
show("ours, 1 thread", one)
if os.getloadavg()[0] > 3:
    print(f"bench: the machine is busy with other work (load {os.getloadavg()[0]:.1f}): these times say little")
print()
ours = sides["ours"]
peers = [s for s in SIDES if s != "ours"]
for side, target in (("mlforecast", ">=5"), ("polars", ">=2")):
    if side in peers:
        print(f"{side}_seconds_to_ours\t{sides[side]['seconds'] / ours['seconds']:.2f}\t{target}")
        print(f"{side}_cpu_to_ours\t{sides[side]['cpu'] / ours['cpu']:.2f}\t")
if peers:
    print(f"memory_to_the_lighter\t{ours['MiB'] / min(sides[s]['MiB'] for s in peers):.3f}\t<=0.25")
    print(f"values_that_differ\t{wrong}\t<=0")
print(f"scale_rows\t{many['seconds'] / many['rows'] / (few['seconds'] / few['rows']):.3f}\t<=1.1")
print(f"scale_threads\t{one['seconds'] / few['seconds']:.2f}\t>=1.8")
print(f"ns_a_value\t{few['cpu'] / few['rows'] / few['columns'] * 1e9:.1f}\t")
