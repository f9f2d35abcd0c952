"""How often sums lie in the 80% interval that daycast gives them (--totals), and
how often in the sum of the days' intervals.

  totals.py --data FOLDER [--set sundays,weekly] [--series 500] [--model daycast:ets,ridge@30s]

A line for each set, the mean over its origins: series over the horizon, over each
week (of sets by day), the same by adding quantiles up, and the shop and the groups
of its attributes by day and over the horizon. Sums of whole pieces hold a little
more than 80%; the days of a shop or group from one origin are few and go up and
down together.
"""
import argparse
import subprocess
import tempfile

import numpy as np
import pandas as pd

import data
import sides
from case import KEY


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--data", required=True)
    p.add_argument("--set", default="")
    p.add_argument("--series", type=int, default=500)
    p.add_argument("--model", default="daycast")
    args = p.parse_args()
    for name in args.set.split(",") if args.set else data.SETS:
        origins = data.SETS[name][1]
        found = [covered(data.case(name, o, args.data, args.series if name in data.LARGE else None), args.model) for o in origins]
        for kind in found[0]:
            target = "0.80" if kind in ("horizon", "week") else ""
            print(f"{name}_{kind}_coverage_80\t{np.mean([f[kind] for f in found]):.3f}\t{target}\t({len(origins)} origins)", flush=True)


def covered(case, model):
    with tempfile.TemporaryDirectory() as folder:
        case.write(folder)
        command = sides.daycast(model, case, folder, sides.USUAL_TIME)
        command[command.index("--levels") + 1] = "0.1,0.9"
        subprocess.run([str(c) for c in [*command, "--totals", f"{folder}/totals.csv"]], check=True, capture_output=True)
        days = pd.read_csv(f"{folder}/forecast.csv", parse_dates=["day"], dtype={"item": str, "place": str}, keep_default_na=False)
        sums = pd.read_csv(f"{folder}/totals.csv", parse_dates=["first", "last"], dtype={"group": str}, keep_default_na=False)
    days["id"] = days["item"].where(days.place == "", days["item"] + "@" + days.place)
    days = sides.named(days, case)
    truth = case.truth.astype({"item": str, "place": str})
    lost = truth.groupby(["item", "place"]).units.transform(lambda u: u.isna().any())
    truth = truth[~lost]
    truth = truth.merge(days[[*KEY, "id"]], on=KEY)
    static = case.frame[["item", "place", *case.static]].astype(str).drop_duplicates(["item", "place"])
    truth = truth.drop(columns=[c for c in case.static if c in truth]).merge(static, on=["item", "place"]).assign(shop="")
    kinds = {"horizon": [], "week": [], "shop_day": [], "group_day": [], "group_horizon": []}
    whole = (truth.day.min(), truth.day.max())
    for (level, first, last), part in sums.groupby(["level", "first", "last"]):
        column = "id" if level == "series" else level
        if column not in truth:
            continue
        span = truth[(truth.day >= first) & (truth.day <= last)]
        both = part.merge(span.groupby(column).units.sum().rename("sold"), left_on="group", right_index=True)
        if level == "series":
            kind = "horizon" if first == whole[0] and last >= whole[1] else "week"
        else:
            days_of = (last - first).days + 1
            kind = "day" if days_of == (1 if case.freq == "D" else 7) else "horizon" if first == whole[0] and last >= whole[1] else "week"
            kind = f"{'shop' if level == 'shop' else 'group'}_{kind}"
        if kind in kinds:
            kinds[kind].append((len(both), inside(both.sold, both.q10, both.q90)))
    both = days.merge(truth, on=[*KEY, "id"]).groupby("id")[["q10", "q90", "units"]].sum()
    out = {k: np.average([c for _, c in v], weights=[n for n, _ in v]) for k, v in kinds.items() if v}
    return out | {"added": inside(both.units, both.q10, both.q90)}


def inside(sold, low, high):
    return np.mean((low - 1e-6 * np.abs(low) <= sold) & (sold <= high + 1e-6 * np.abs(high)))


if __name__ == "__main__":
    main()
