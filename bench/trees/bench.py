"""bench.py OURS FOLDER: runs the rows of ONLY, or all, with arrays in FOLDER."""
import functools
import json
import os
import statistics
import subprocess
import sys
import tempfile

import numpy as np

import data
import tables

OURS, FOLDER = sys.argv[1:]
HERE = os.path.dirname(__file__)
QUICK = bool(os.environ.get("QUICK"))
ROUNDS = int(os.environ.get("ROUNDS") or (1 if QUICK else 3))
DRAWS = int(os.environ.get("DRAWS") or (1 if QUICK else 5))
THREADS = 2
COLUMNS = ("seconds", "cpu", "bins", "bins_cpu", "extra_MiB", "all_MiB", "us_of_7", "us_of_1", "error")

SETS = {  # kind, rows to train on and to test on; and for a quick look
    "dense": ("dense40", (1_000_000, 200_000), (100_000, 100_000)),
    "m5like": ("m5like", (5_000_000, 500_000), (100_000, 100_000)),
    "small": ("dense30", (50_000, 100_000), (20_000, 50_000)),
    "forest": ("dense30", (200_000, 100_000), (10_000, 20_000)),
    "model": ("dense30", (200_000, 100_000), (50_000, 20_000)),
    "scale": ("dense40", (10_000_000, 1000), (200_000, 1000)),
    "loss": ("m5like", (200_000, 500_000), (50_000, 100_000)),
}
figures = []


def figure(name, value, target, error=None):
    """error is the value's standard error, where it is a mean of several."""
    if error is None:
        figures.append(f"{name}\t{value:.3f}\t{target}".rstrip())
    else:
        figures.append(f"{name}\t{value:.4f}\t{target}\t+-{error:.4f}")


@functools.cache
def measure(job, name, sides, rounds=ROUNDS, **parameters):
    """The medians of each side, as {side: {what: value}}; prints them, too."""
    kind, full, quick = SETS[name]
    folder = f"{FOLDER}/{'quick_' * QUICK}{name}"
    data.make(folder, kind, *(quick if QUICK else full))
    p = {"objective": "squared", "threads": THREADS, **parameters}
    runs = {side: [] for side in sides}
    for seed in range(rounds):
        for side in sides:
            runs[side].append(run(job, folder, side, {"out": f"{FOLDER}/{side}.f32", "seed": seed, **p}))
            print(f"{job} {name}, round {seed + 1}: {side} {runs[side][-1].get('seconds', 0):.2f} s", file=sys.stderr)
    out = {side: {k: statistics.median(r[k] for r in rs) for k in rs[0]} for side, rs in runs.items()}
    if os.getloadavg()[0] > 1.5 * THREADS:  # which costs OpenMP's spinning threads the most
        print(f"\nbench: the machine is busy with other work (load {os.getloadavg()[0]:.1f}): these times say nothing", end="")
    if any(out.values()):
        table(" ".join([job, name, *(f"{k}={v}" for k, v in parameters.items() if k != "model")]), out)
    return out


def run(job, folder, side, p):
    command = [OURS, job, folder] if side == "ours" else [sys.executable, f"{HERE}/peers.py", job, folder, side]
    threads = str(p["threads"])
    env = {**os.environ, "OMP_NUM_THREADS": threads, "GOMAXPROCS": threads, "PYTHONWARNINGS": "ignore"}
    done = subprocess.run([*command, json.dumps(p)], env=env, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"bench: {side} failed at {job}: {done.stderr}")
    out = json.loads(done.stdout.splitlines()[-1])
    if os.path.exists(p["out"]):
        guess, y = np.fromfile(p["out"], "<f4"), np.fromfile(f"{folder}/test/y.f32", "<f4")
        os.remove(p["out"])
        if os.path.exists(scale := f"{folder}/test/scale.f32"):
            guess *= np.fromfile(scale, "<f4")
        out["error"] = error(p["objective"], y.astype(float), guess.astype(float))
    return out


def error(objective, y, mu):
    """Root mean squared error, or mean deviance."""
    if objective == "squared":
        return np.mean((mu - y) ** 2) ** 0.5
    y, mu = y.clip(0), mu.clip(1e-10)
    if objective == "poisson":
        return 2 * np.mean(y * np.log(np.where(y > 0, y, 1) / mu) - y + mu)
    p = 1.1
    return 2 * np.mean(y ** (2 - p) / ((1 - p) * (2 - p)) - y * mu ** (1 - p) / (1 - p) + mu ** (2 - p) / (2 - p))


def table(title, sides):
    print(f"\n{title}")
    names = [name for name in COLUMNS if all(name in values for values in sides.values())]
    print(f"  {'':9}" + "".join(f"{name:>11}" for name in names))
    for side, values in sides.items():
        print(f"  {side:9}" + "".join(f"{values[n]:11.1f}" if values[n] >= 1000 else f"{values[n]:11.4g}" for n in names), flush=True)


def gain(sides, what, *peers):
    """How many times as much the better peer takes."""
    return min(sides[p][what] for p in peers or sides if p != "ours") / sides["ours"][what]


BOTH = ("ours", "lightgbm", "xgboost")


def dense():
    return measure("train", "dense", BOTH, leaves=255, trees=10 if QUICK else 100)


def train_dense():
    figure("train_dense", gain(dense(), "seconds"), ">=1.5")
    figure("train_dense_rmse", 1 / gain(dense(), "error"), "<=1.005")


def train_m5like():
    m = measure("train", "m5like", BOTH, objective="tweedie", leaves=127, trees=10 if QUICK else 100)
    figure("train_m5like", gain(m, "seconds"), ">=1.5")
    figure("train_m5like_deviance", 1 / gain(m, "error"), "<=1.005")


def train_small():
    m = measure("train", "small", BOTH, leaves=31, trees=100 if QUICK else 500)
    figure("train_small", gain(m, "seconds"), ">=2")


def memory():
    figure("memory", 1 / gain(dense(), "extra_MiB"), "<=0.5")
    figure("memory_all", 1 / gain(dense(), "all_MiB"), "")


def bins():
    figure("bins", gain(dense(), "bins"), ">=1.5")


def forest():
    m = measure("forest", "forest", ("ours", "sklearn"), rounds=1, leaves=0, trees=20 if QUICK else 200)
    figure("forest", gain(m, "seconds"), ">=5")
    figure("forest_rmse", 1 / gain(m, "error"), "")


def predict():
    shape = {"leaves": 63, "trees": 100 if QUICK else 500}
    model = f"{FOLDER}/asked"  # .txt and .onnx
    measure("prepare", "model", ("lightgbm",), rounds=1, **shape, out=model)
    m = measure("predict", "model", ("ours", "lightgbm", "onnx"), model=model, **shape)
    rows = SETS["model"][1 + QUICK][1]
    print("  batch, ns for a row and tree: " + ", ".join(f"{side} {v['seconds'] / rows / shape['trees'] * 1e9:.2f}" for side, v in m.items()))
    figure("predict_batch_onnx", gain(m, "seconds", "onnx"), ">=2")
    figure("predict_batch_lightgbm", gain(m, "seconds", "lightgbm"), ">=4")
    figure("predict_7_onnx", gain(m, "us_of_7", "onnx"), ">=2")
    figure("predict_1_lightgbm", gain(m, "us_of_1", "lightgbm"), ">=2")


def shap():
    shape = {"leaves": 63, "trees": 100 if QUICK else 500}
    model = f"{FOLDER}/asked"  # .txt and .onnx
    measure("prepare", "model", ("lightgbm",), rounds=1, **shape, out=model)
    m = measure("explain", "model", ("ours", "lightgbm"), model=model, **shape)
    figure("shap", gain(m, "seconds"), ">=2")


def scale():
    def ours(rows, threads=THREADS):
        return measure("train", "scale", ("ours",), leaves=63, trees=20, rows=rows, threads=threads)["ours"]["seconds"]

    sizes = (20_000, 100_000, 200_000) if QUICK else (100_000, 1_000_000, 10_000_000)
    by_row = [ours(rows) / rows for rows in sizes]
    figure("scale_rows", max(by_row) / min(by_row), "<=1.2")
    figure("scale_threads", ours(sizes[-2], 1) / ours(sizes[-2]), ">=1.8")


def loss():
    for objective in ("poisson", "tweedie"):
        m = measure("train", "loss", ("ours", "lightgbm"), objective=objective, leaves=31, trees=100)
        figure(f"loss_{objective}", 1 / gain(m, "error"), "<=1.002")


def shop_sets():
    """The names, folders and horizons of the shops, whose sets it makes."""
    where = os.environ["DAYCAST_DATA"]
    if not os.path.isdir(where):
        print(f"bench: no shops in {where}: name their folder in DAYCAST_DATA", file=sys.stderr)
        return
    for shop, horizon in {"retail": 28}.items() if QUICK else tables.HORIZONS.items():
        folder = f"{FOLDER}/shop_{shop}"
        if not os.path.exists(f"{folder}/2/meta.json"):
            tables.make(shop, where, f"{FOLDER}/{shop}.csv")
            run("rows", folder, "ours", {"csv": f"{FOLDER}/{shop}.csv", "horizon": horizon, "threads": THREADS, "out": ""})
        yield shop, folder, horizon


LOSSES = ("squared", "poisson", "tweedie")


def shops():
    """The losses on rows of real shops with the project's own features. One fit
    by itself differs from the next by more than the libraries do, so each is
    fitted DRAWS times at each origin, without another 2% of the rows, which are
    the same for all sides."""
    for shop, folder, horizon in shop_sets():
        losses = {objective: [] for objective in LOSSES}  # origin by origin, of each draw those of BOTH
        for origin in range(3):
            for n in range(DRAWS):
                with tempfile.TemporaryDirectory() as drawn:
                    data.draw(f"{folder}/{origin}", drawn, n, 0.1 if QUICK else 0.98)
                    for objective in LOSSES:
                        losses[objective].append([shop_loss(drawn, side, objective, n) for side in BOTH])
                print(f"shops {shop}, {(origin + 1) * horizon} days before the end: draw {n + 1} of {DRAWS}", file=sys.stderr)
        for objective in LOSSES:
            shop_figures(shop, horizon, objective, np.array(losses[objective]))


def shop_loss(folder, side, objective, seed):
    # Squared errors want the outliers cut: at model/all's mostRatio.
    p = {"objective": objective, "leaves": 31, "trees": 30 if QUICK else 100, "threads": THREADS, "out": f"{FOLDER}/out.f32",
         "most": 30 if objective == "squared" else 0, "seed": seed}
    return run("train", folder, side, p)["error"]


def shop_figures(shop, horizon, objective, losses):
    """The mean ratio of ours to each library's over origins and draws, and its
    standard error, as if fits at one origin had nothing in common."""
    print(f"\nshops {shop}, {objective}\n  {'days before the end':20}" + "".join(f"{side:>11}" for side in BOTH))
    for origin, of in enumerate(losses.reshape(3, DRAWS, len(BOTH))):
        print(f"  {(origin + 1) * horizon:<20}" + "".join(f"{v:11.5g}" for v in of.mean(axis=0)), flush=True)
    for side, peer in enumerate(BOTH[1:], 1):
        ratios = losses[:, 0] / losses[:, side]
        # Steps on a log scale may run away: such fits would tell how often, and nothing else.
        if (astray := ratios < 0.5).any():
            print(f"  {peer} lost more than twice as much in {astray.sum()} of {len(ratios)} fits, which do not count")
            ratios = ratios[~astray]
        if len(ratios) > 1:
            figure(f"shops_{shop}_{objective}_{peer}", ratios.mean(), "<=1", ratios.std(ddof=1) / len(ratios) ** 0.5)


def linear():
    """What linear leaves would change, which ours does not have: LightGBM's."""
    for shop, folder, _ in shop_sets():
        p = {"objective": "squared", "leaves": 31, "trees": 100, "threads": THREADS, "out": f"{FOLDER}/out.f32", "most": 30, "seed": 0}
        losses = [[run("train", f"{folder}/{origin}", "lightgbm", {**p, "linear": leaves})["error"] for leaves in (True, False)]
                  for origin in range(3)]
        print(f"  linear {shop}, by origin: " + ", ".join(f"{a:.5g} for {b:.5g}" for a, b in losses), flush=True)
        figure(f"linear_{shop}", np.divide(*np.mean(losses, axis=0)), "")


ROWS = {f.__name__: f for f in (train_dense, train_m5like, train_small, memory, bins, forest, predict, shap, scale, loss, shops, linear)}

if __name__ == "__main__":
    only = [name for name in os.environ.get("ONLY", "").split(",") if name] or list(ROWS)
    if wrong := set(only) - set(ROWS):
        sys.exit(f"bench: no row {', '.join(sorted(wrong))}; there is: {', '.join(ROWS)}")
    for name in only:
        ROWS[name]()
    print("", *figures, sep="\n")
