"""The table of all rows and the closing figures."""
import collections
import itertools
import math

import numpy as np

import data
import peers

COLUMNS = ("wape", "wape_q50", "rmse", "mase", "wrmsse", "rmspe", "bias", "pinball", "pinball_95", "coverage_50", "coverage_80", "coverage_95", "pit_50", "pit_80", "pit_95", "miss", "decile_miss")
COSTS = ("cpu_s", "wall_s", "peak_mb")
KINDS = {"all": "", "in_stock": ", days in stock"}
CLAIM = "daycast"  # the model whose line is the product's claim
# Which columns of a peer count: its median may miss more than its mean.
THEIRS = {"wape_q50": ("wape_q50", "wape")}


def show(all_rows):
    blocks = gather(all_rows)
    for (name, kind, part), models in blocks.items():
        print(f"\n{name}{KINDS[kind]}{', 2,000 series' if part == 'sample' else ''}")
        width = max(len(m) for m in models) + 2
        print(" " * width + "n " + "".join(f"{c.replace('coverage_', 'cov'):>11}" for c in COLUMNS + COSTS) + "  version")
        for model, rows in sorted(models.items(), key=lambda m: mean(m[1].values(), "wape") or math.inf):
            cells = [mean(rows.values(), c) for c in COLUMNS + COSTS]
            print(f"{model:<{width}}{len(rows)} " + "".join(f"{shown(v):>11}" for v in cells) + "  " + version(rows))
    print()
    if lacks := list(absent(all_rows)):
        print(f"rows not there yet, without which the figures below may be too kind: {'; '.join(lacks)}\n")
    for line in figures(blocks):
        print("\t".join(line))


def gather(all_rows):
    """Scores by (set, kind of days, all series or the draw), model and origin."""
    blocks = collections.defaultdict(lambda: collections.defaultdict(dict))
    order = {s: i for i, s in enumerate(data.SETS)}
    for row in sorted(all_rows, key=lambda r: order[r["set"]]):
        for part in ("scores", "sample"):
            for kind in KINDS:
                if kind in row.get(part, {}):
                    more = {k: row[k] for k in (*COSTS, "versions", "input")}
                    if part == "scores" and kind == "all" and "wrmsse" in row:
                        more["wrmsse"] = row["wrmsse"]
                    blocks[row["set"], kind, part][row["model"]][row["origin"]] = row[part][kind] | more
    return blocks


def mean(rows, column):
    values = [r[column] for r in rows if column in r]
    return float(np.mean(values)) if values else None


def shown(v):
    return "" if v is None else f"{v:.0f}" if abs(v) >= 100 else f"{v:.4g}" if abs(v) >= 1 else f"{v:.4f}"


def version(rows):
    return ", ".join(sorted({r["versions"]["daycast"] for r in rows.values() if "daycast" in r["versions"]}))


def ratio(models, metric):
    """daycast's mean to the best peer's, each peer over the origins that both have,
    and who that is: a peer whose rows are not all there yet counts on those it has."""
    ours = {o: r[metric] for o, r in models.get(CLAIM, {}).items() if metric in r}
    found = []
    for model, column in itertools.product(set(models) & set(peers.MODELS), THEIRS.get(metric, (metric,))):
        theirs = {o: r[column] for o, r in models[model].items() if column in r and o in ours}
        if theirs:
            value = np.mean([ours[o] for o in theirs]) / np.mean(list(theirs.values()))
            of = "" if column == metric else f"{column} of "
            found.append((float(value), f"{of}{model}, {len(theirs)} of {len(ours)} origins"))
    return max(found, default=None)


def absent(all_rows):
    """The usual rows that are not there yet, by set and model."""
    there = {(r["set"], r["model"], r["origin"]) for r in all_rows}
    for name, (_, origins) in data.SETS.items():
        for model in (*peers.usual(name), CLAIM):
            if lacks := [str(o) for o in origins if (name, model, str(o)) not in there]:
                yield f"{name} {model} {' '.join(lacks) if len(lacks) < len(origins) else 'all'}"


def figures(blocks):
    """name, value, target; the worse of all series and of the draw with all peers."""
    yield from m5_figures(blocks.get(("m5", "all", "scores"), {}))
    for group, names, target in (("sets", data.LARGE, "<=0.95"), ("small", data.SMALL, "<=1"), ("elsewhere", data.ELSEWHERE, "<=1"), ("fresh", data.FRESH, "<=1")):
        for metric in ("wape", "wape_q50", "rmse", "pinball"):
            logs = []
            for name in names:
                of_set = []
                for kind in KINDS:
                    found = [ratio(blocks[b], metric) for b in blocks if b[:2] == (name, kind)]
                    if found := [f for f in found if f]:
                        value, peer = max(found)
                        of_set.append(math.log(value))
                        suffix = "_in_stock" if kind == "in_stock" else ""
                        yield f"{name}{suffix}_{metric}_to_best_peer", f"{value:.3f}", "<=1", f"({peer})"
                if of_set:
                    logs.append(np.mean(of_set))
            if logs:
                yield f"{group}_{metric}_to_best_peer_geomean", f"{math.exp(np.mean(logs)):.3f}", target, f"({len(logs)} of {len(names)})"
    yield from coverage_figures(blocks)


def m5_figures(models):
    ours, theirs = ({o: r["wrmsse"] for o, r in models.get(m, {}).items() if "wrmsse" in r} for m in (CLAIM, "lightgbm"))
    if len(ours) == 3:
        yield "m5_wrmsse10_mean", f"{np.mean(list(ours.values())):.4f}", "<=0.47"
    if both := sorted(set(ours) & set(theirs)):
        value = np.mean([ours[o] for o in both]) / np.mean([theirs[o] for o in both])
        yield "m5_wrmsse10_to_mlforecast", f"{value:.3f}", "<=0.9", f"({len(both)} of 3 origins)"
        yield "m5_wrmsse10_to_mlforecast_worst", f"{max(ours[o] / theirs[o] for o in both):.3f}", "<=1"


def coverage_figures(blocks):
    """How far off quantiles are, over all and in the worst decile of volume; intervals, by
    the part of each forecast that is inside, over all origins; and coverage with the ends,
    which of counts is more than it should be where quantiles are right."""
    for name in data.LARGE:
        rows = blocks.get((name, "all", "scores"), {}).get(CLAIM, {}).values()
        for column, target in (("miss", "<=0.02"), ("decile_miss", "<=0.05")):
            if (value := mean(rows, column)) is not None:
                yield f"{name}_quantiles_{column}", f"{value:.3f}", target
        for share in (50, 80, 95):
            for kind, suffix in (("all", ""), ("in_stock", "_in_stock")):
                of_kind = blocks.get((name, kind, "scores"), {}).get(CLAIM, {}).values()
                if (inside := mean(of_kind, f"pit_{share}")) is not None:
                    yield f"{name}{suffix}_intervals_{share}_off", f"{abs(inside - share / 100):.3f}", "<=0.02"
                if (off := mean(of_kind, f"pit_decile_off_{share}")) is not None:
                    yield f"{name}{suffix}_intervals_{share}_off_worst_decile", f"{off:.3f}", "<=0.05"
            if (covered := mean(rows, f"coverage_{share}")) is not None:
                yield f"{name}_coverage_{share}_off", f"{abs(covered - share / 100):.3f}", "<=0.02"
                yield f"{name}_coverage_{share}_off_worst_decile", f"{mean(rows, f'decile_off_{share}'):.3f}", "<=0.05"
