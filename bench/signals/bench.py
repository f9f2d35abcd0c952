"""What outside signals buy, and what they would seem to buy with the truth leaked."""
import argparse
import dataclasses
import pathlib
import subprocess
import sys
import tempfile

import numpy as np
import pandas as pd

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "accuracy"))
import data  # noqa: E402
from case import KEY  # noqa: E402

DAYCAST = HERE.parent.parent / "bin" / "daycast"
MODELS = ("ridge", "gbm", "group_effects", "group_gbm")
WEATHER = {"rain": "weather_precipitation", "temperature": "weather_temperature", "humidity": "weather_humidity", "wind": "weather_wind"}


@dataclasses.dataclass
class Signal:
    """Columns of a set. A planned one is known ahead, as a shop's own plans and a
    calendar are: honest and leaked are the same. Of others a forecast knows what
    was so on the days up to the origin, and what could be expected then."""

    set: str
    name: str
    columns: tuple
    planned: bool


SIGNALS = (
    Signal("m5", "events", ("event", "event_2"), True),
    Signal("m5", "SNAP days", ("snap",), True),
    Signal("freshretail", "weather", tuple(WEATHER), False),
    Signal("freshretail", "discount", ("discount",), True),
    Signal("freshretail", "holidays", ("holiday",), True),
    Signal("rossmann", "state and school holidays", ("state_holiday", "school_holiday"), True),
)


def variant(case, signal, how):
    """The case without the signal, with what was known of it, or with its truth."""
    columns = [c for c in case.ahead if c not in signal.columns]
    frame, past = case.frame, ()
    if how == "none":
        frame = frame.drop(columns=list(signal.columns))
        return dataclasses.replace(case, frame=frame, ahead=tuple(columns))
    if how == "honest" and not signal.planned:
        frame = frame.copy()
        future = frame.day > origin_of(case)
        frame.loc[future, list(signal.columns)] = np.nan
        past = signal.columns
    else:
        columns += signal.columns
    names = {c: WEATHER.get(c, c) for c in signal.columns}
    frame = frame.rename(columns=names)
    return dataclasses.replace(case, frame=frame, ahead=tuple(names.get(c, c) for c in columns), past=tuple(names[c] for c in past) + case.past)


def origin_of(case):
    return case.truth.day.min() - pd.Timedelta(days=1)


def forecast(case, models):
    """Absolute errors of each model and of their mean, by series and day, and units."""
    with tempfile.TemporaryDirectory() as folder:
        case.write(folder)
        means = {}
        for model in models:
            out = f"{folder}/{model}.csv"
            done = subprocess.run([DAYCAST, "forecast", "--csv", f"{folder}/sales.csv", "--horizon", str(case.horizon), "--model", model,
                                   "--time", "10m", "--out", out], capture_output=True, text=True, check=False)
            if done.returncode:
                sys.exit(f"bench: daycast failed: {done.stderr[-2000:]}")
            f = pd.read_csv(out, parse_dates=["day"], dtype={"item": str, "place": str})
            for c, lone in (("item", "all"), ("place", "")):
                if c not in f:
                    f[c] = lone
            f = f.fillna({"place": ""})
            means[model] = f.set_index(KEY)["mean"]
    truth = case.truth[case.truth.scored]
    if "in_stock" in truth:
        truth = truth[truth.in_stock == 1]  # what was sold is what was wanted
    index = pd.MultiIndex.from_frame(truth[KEY].astype({"item": str, "place": str}))
    found = pd.DataFrame({m: s.reindex(index).fillna(0).to_numpy() for m, s in means.items()})
    found["mean"] = found.mean(axis=1)
    units = truth.units.to_numpy(float)
    return found.sub(units, axis=0).abs().sum(), units.sum()


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--data", required=True)
    p.add_argument("--series", type=int, default=2000)
    p.add_argument("--origins", type=int, default=3)
    p.add_argument("--set", default="")
    p.add_argument("--models", default=",".join(MODELS))
    args = p.parse_args()
    models = args.models.split(",")
    print(f"{'set':12} {'signal':26} {'model':14} {'without':>9} {'honest':>9} {'bought':>8} {'leaked':>9} {'seemed':>8}", flush=True)
    for s in SIGNALS:
        if args.set and s.set != args.set:
            continue
        totals = {}
        for origin in data.SETS[s.set][1][: args.origins]:
            case = data.case(s.set, origin, args.data, args.series)
            for how in ("none", "honest", "leaked"):
                if how == "leaked" and s.planned:
                    totals[how] = totals["honest"]
                    continue
                errors, units = forecast(variant(case, s, how), models)
                before = totals.get(how, (0, 0))
                totals[how] = (before[0] + errors, before[1] + units)
        wape = {how: errors / units for how, (errors, units) in totals.items()}
        for model in (*models, "mean"):
            none, honest, leaked = (wape[how][model] for how in ("none", "honest", "leaked"))
            print(f"{s.set:12} {s.name:26} {model:14} {none:9.4f} {honest:9.4f} {1 - honest / none:8.1%} {leaked:9.4f} {1 - leaked / none:8.1%}", flush=True)
        if not s.planned:
            gain = wape["none"]["mean"] - wape["leaked"]["mean"]
            print(f"{s.set}_{s.name}_wape_honest_to_without\t{wape['honest']['mean'] / wape['none']['mean']:.4f}\t<=1", flush=True)
            print(f"{s.set}_{s.name}_wape_leaked_to_without\t{wape['leaked']['mean'] / wape['none']['mean']:.4f}\t(what a leak would claim, of {gain:+.4f})", flush=True)
        else:
            print(f"{s.set}_{s.name}_wape_with_to_without\t{wape['honest']['mean'] / wape['none']['mean']:.4f}\t<=1", flush=True)


main()
