"""peers.py MODEL FOLDER: reads FOLDER/frame.parquet and case.json, writes
FOLDER/forecast.parquet: KEY, mean and quantiles, none below zero."""
import json
import pathlib
import sys
import warnings

import numpy as np
import pandas as pd

from case import KEY

LEVELS = (0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975)
INTERVALS = {50: (0.25, 0.75), 80: (0.1, 0.9), 95: (0.025, 0.975)}


def name(level):
    """A quantile's column: q10, q025."""
    return "q" + f"{level:.3f}".removeprefix("0.").removesuffix("0")


def split(frame, case):
    """The days up to the origin with units, and the rows to forecast."""
    return frame[frame.units.notna()], frame[frame.units.isna()]


def mean_28(frame, case):
    """Mean and quantiles of the last 28 days or 4 weeks; of open days where they are told."""
    past, ahead = split(frame, case)
    if "open" in past:
        past = past[past.open == 1]
    recent = past.groupby(["item", "place"], observed=True).tail(28 if case["freq"] == "D" else 4)
    by = recent.groupby(["item", "place"], observed=True).units
    found = pd.concat([by.mean().rename("mean"), *(by.quantile(q).rename(name(q)) for q in LEVELS)], axis=1)
    return ahead[KEY].merge(found.reset_index(), on=["item", "place"])


def filled(past):
    """A closed day of a weekday on which the series is open has the units of the
    newest such day before it, so that holidays do not pass for a fall in sales."""
    if "open" not in past:
        return past.units
    known = past.units.where(past.open == 1)
    by = [past["item"], past["place"], past.day.dt.weekday]
    return known.groupby(by, observed=True).ffill().fillna(0.0)


def statistical(make):
    """A method of statsforecast; a series of less than 14 periods, and what the method
    leaves empty, has the mean of 28 days, one that it fails on its last value."""

    def forecast(frame, case):
        from statsforecast import StatsForecast
        from statsforecast.models import Naive

        past, ahead = split(frame, case)
        past = past.assign(units=filled(past))
        x = pd.DataFrame({"unique_id": ident(past), "ds": past.day, "y": past.units.astype(float)})
        x = x[x.groupby("unique_id").y.transform("size") >= 14]
        sf = StatsForecast(models=[make(case["season"])], freq=case["freq"], n_jobs=1, fallback_model=Naive())
        out = sf.forecast(df=x, h=case["horizon"], level=list(INTERVALS))
        column = next(c for c in out if c not in ("unique_id", "ds") and "-lo-" not in c and "-hi-" not in c)
        found = {"mean": column, "q50": column}
        for width, (low, high) in INTERVALS.items():
            found |= {name(low): f"{column}-lo-{width}", name(high): f"{column}-hi-{width}"}
        out = out.assign(**{k: out[v].clip(lower=0) for k, v in found.items()})
        simple = mean_28(frame, case).astype({"item": str, "place": str})
        return unnamed(out, list(found)).set_index(KEY).combine_first(simple.set_index(KEY)).reset_index()

    return forecast


def ident(x):
    return x["item"].astype(str) + "@" + x["place"].astype(str)


def unnamed(out, columns):
    parts = out.unique_id.str.split("@", n=1)
    return out.assign(item=parts.str[0], place=parts.str[1], day=out.ds)[[*KEY, *columns]]


def seasonal_naive(season):
    from statsforecast.models import SeasonalNaive

    return SeasonalNaive(season)


def auto_ets(season):
    from statsforecast.models import AutoETS

    return AutoETS(season_length=season)


def dynamic_theta(season):
    from statsforecast.models import DynamicOptimizedTheta

    return DynamicOptimizedTheta(season_length=season)


def boosted(frame, case):
    import lgbm

    return lgbm.mean_with_conformal(frame, case)


def boosted_quantiles(frame, case):
    import lgbm

    return lgbm.quantiles(frame, case)


MODELS = {
    "seasonal_naive": statistical(seasonal_naive),
    "mean_28": mean_28,
    "auto_ets": statistical(auto_ets),
    "dynamic_theta": statistical(dynamic_theta),
    "lightgbm": boosted,
    "lightgbm_quantile": boosted_quantiles,
}
SLOW = ("auto_ets", "dynamic_theta")  # on a seeded draw of series


def usual(set_name):
    """Boosted quantiles are for the smaller sets: five models of M5 would be an hour."""
    return [m for m in MODELS if (set_name, m) != ("m5", "lightgbm_quantile")]


def main(model, folder):
    warnings.filterwarnings("ignore")
    folder = pathlib.Path(folder)
    case = json.loads((folder / "case.json").read_text())
    out = MODELS[model](pd.read_parquet(folder / "frame.parquet"), case)
    values = [c for c in out if c not in KEY]
    out[values] = out[values].clip(lower=0).astype(np.float32)
    out.astype({"item": str, "place": str}).to_parquet(folder / "forecast.parquet", index=False)


if __name__ == "__main__":
    main(*sys.argv[1:])
