"""Fills the rows that are missing, and prints the table of all.

  bench.py --data FOLDER --rows FOLDER [--set m5,small] [--origin 1913]
           [--model lightgbm,daycast,daycast:gbm,daycast@30m] [--force] [--quick]
           [--rescore] [--print]
"""
import argparse
import dataclasses
import os
import pathlib
import tempfile

import pandas as pd

import data
import peers
import rows
import score
import sides
import table
import wrmsse

# A look in two minutes: few series, one origin, the quick peers, and no WRMSSE,
# which is of all series.
QUICK_SERIES, QUICK_TIME, QUICK_MODELS = 50, "10s", ["mean_28", "lightgbm", "daycast"]
FORECASTS = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "daycast-bench/accuracy-forecasts"


def main():
    args = arguments()
    if not args.print:
        for set_name, origin in cells(args):
            fill(args, set_name, origin)
    table.show(rows.load(args.rows))


def arguments():
    p = argparse.ArgumentParser()
    p.add_argument("--data", required=True)
    p.add_argument("--rows", required=True)
    p.add_argument("--set", default="")
    p.add_argument("--origin", default="")
    p.add_argument("--model", default="")
    for flag in ("--force", "--quick", "--rescore", "--print"):
        p.add_argument(flag, action="store_true")
    args = p.parse_args()
    groups = {"large": [*data.LARGE], "small": [*data.SMALL], "elsewhere": [*data.ELSEWHERE], "fresh": [*data.FRESH],
              "": [*(data.LARGE if args.quick else data.SETS)]}
    args.sets = [s for part in args.set.split(",") for s in groups.get(part, [part])]
    if unknown := set(args.sets) - set(data.SETS):
        p.error(f"no set {', '.join(sorted(unknown))}; there are {', '.join(data.SETS)}, large, small, elsewhere and fresh")
    args.models = args.model.split(",") if args.model else QUICK_MODELS if args.quick else None
    if unknown := [m for m in args.models or () if m not in peers.MODELS and not m.startswith("daycast")]:
        p.error(f"no model {', '.join(unknown)}; there are {', '.join(peers.MODELS)}, daycast, daycast:NAME and daycast@TIME")
    return args


def cells(args):
    for name in args.sets:
        origins = data.SETS[name][1][: 1 if args.quick else None]
        for origin in origins:
            if args.origin in ("", str(origin)) or args.origin == f"d_{origin}":
                yield name, origin


def fill(args, set_name, origin):
    models = args.models or [*peers.usual(set_name), "daycast"]
    wanted = [m for m in models if args.force or args.rescore or not rows.path(args.rows, set_name, origin, m).exists()]
    if not wanted:
        return
    case = data.case(set_name, origin, args.data, QUICK_SERIES if args.quick and set_name in data.LARGE else None)
    case.origin = str(origin)
    chosen = None if args.quick else score.sampled(case)
    with tempfile.TemporaryDirectory() as whole, tempfile.TemporaryDirectory() as part:
        input_hash = case.write(whole)
        if chosen is not None and any(map(sides.slow, wanted)):
            only(case, chosen).write(part)
        scale = score.scales(case)
        for model in wanted:
            on_part = chosen is not None and sides.slow(model)
            kept = FORECASTS / input_hash / f"{model}.parquet"
            if args.rescore:
                rescore(args, case, model, chosen, scale, kept)
                continue
            print(f"bench: {set_name} from {origin}: {model}", flush=True)
            forecast, cost = sides.run(model, case, part if on_part else whole, QUICK_TIME if args.quick else sides.USUAL_TIME)
            kept.parent.mkdir(parents=True, exist_ok=True)
            forecast.to_parquet(kept, index=False)
            row = {"set": set_name, "origin": str(origin), "model": model, "versions": sides.versions(model),
                   "input": input_hash, "series": forecast[["item", "place"]].drop_duplicates().shape[0], **cost}
            rows.write(args.rows, row | judged(args, case, model, chosen, scale, forecast))


def judged(args, case, model, chosen, scale, forecast):
    """Scores of all series, of the draw that the slow peers forecast, and M5's own."""
    forecast = forecast.assign(day=pd.to_datetime(forecast.day))
    out = {}
    if chosen is None or not sides.slow(model):
        out["scores"] = score.scores(case, forecast, scale)
    if chosen is not None:
        out["sample"] = score.scores(only(case, chosen), forecast, scale)
    if case.set == "m5" and "mean" in forecast and "scores" in out and not args.quick:
        total, levels = wrmsse.wrmsse(args.data, int(case.origin), forecast)
        out |= {"wrmsse": round(total, 4), "wrmsse_levels": [round(v, 4) for v in levels]}
    return out


def rescore(args, case, model, chosen, scale, kept):
    """Scores a kept forecast anew, after a change to a score. One whose RMSE is not the
    row's is of a later run, and its scores would be of another program than the row."""
    file = rows.path(args.rows, case.set, case.origin, model)
    if not file.exists() or not kept.exists():
        return
    row = next(r for r in rows.load(args.rows) if (r["set"], r["origin"], r["model"]) == (case.set, case.origin, model))
    found = judged(args, case, model, chosen, scale, pd.read_parquet(kept))
    if any(found[k]["all"].get("rmse") != row[k]["all"].get("rmse") for k in ("scores", "sample") if k in found and k in row):
        print(f"bench: {case.set} from {case.origin}: {model}: the kept forecast is not the row's: FORCE=1 makes both anew")
        return
    rows.write(args.rows, row | found)


def only(case, chosen):
    def pick(x):
        keys = pd.MultiIndex.from_arrays([x["item"].astype(str), x["place"].astype(str)])
        x = x[keys.isin(pd.MultiIndex.from_frame(chosen))].copy()
        for c in ("item", "place"):
            x[c] = x[c].astype("category").cat.remove_unused_categories()
        return x

    return dataclasses.replace(case, frame=pick(case.frame), truth=pick(case.truth))


if __name__ == "__main__":
    main()
