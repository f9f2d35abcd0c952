"""The peer to beat: mlforecast on LightGBM, by one recipe for all sets but M5, whose
own is the usual one of its competition."""
import os

import lightgbm
import numpy as np
import pandas as pd
from mlforecast import MLForecast
from mlforecast.lag_transforms import RollingMean, RollingStd
from mlforecast.utils import PredictionIntervals

from peers import INTERVALS, KEY, ident, name, split, unnamed

QUANTILES = (0.025, 0.1, 0.5, 0.9, 0.975)
MAX_ROWS = 400_000  # that a quantile learns from: five models of each origin are to end in minutes
TREES = int(os.environ.get("TREES", 500))
RECIPE = {"objective": "tweedie", "n_estimators": TREES, "learning_rate": 0.05, "num_leaves": 63}
SAMPLING = {"subsample": 0.66, "subsample_freq": 1, "colsample_bytree": 0.8, "verbose": -1, "seed": 1,
            "num_threads": int(os.environ.get("THREADS", 2))}
M5 = {"tweedie_variance_power": 1.1, "num_leaves": 128}


def mean(window):
    return RollingMean(window, min_samples=1)


def forecaster(models, case, shortest=1):
    """mlforecast with lags, windows and the calendar; no lag is shorter than shortest."""
    if case["set"] == "m5" and shortest == 1:
        lags, transforms = [7, 14, 28], {7: [mean(7), mean(28), RollingStd(28)], 28: [mean(7), mean(28), mean(60), RollingStd(28)]}
    elif case["freq"] == "D":
        lags = sorted({max(lag, shortest) for lag in (1, 7, 14, 28)} | {shortest + 7})
        transforms = {shortest: [mean(7), mean(28), RollingStd(28, min_samples=2)], max(7, shortest): [mean(28)]}
    else:
        lags = sorted({max(lag, shortest) for lag in (1, 2, 4, 13)} | {52})
        transforms = {shortest: [mean(4), mean(13), RollingStd(13, min_samples=2)], 52: [mean(4)]}
    calendar = ["dayofweek", "day", "week", "month", "year"] if case["freq"] == "D" else ["week", "month", "year"]
    return MLForecast(models, freq=case["freq"], lags=lags, lag_transforms=transforms, date_features=calendar)


def table(frame, case):
    """mlforecast's table: categories as pandas' own, which LightGBM reads as such."""
    x = frame[["item", "place", "day", "units", *case["ahead"], *case["static"]]].copy()
    x["unique_id"] = ident(x).astype("category")
    for c in x.select_dtypes(["object", "category"]):
        x[c] = x[c].astype("category")
    x["units"] = x.units.astype(np.float32)
    static = [*case["static"], *(c for c in ("item", "place") if x[c].nunique() > 1)]
    if case["set"] == "m5":
        by = x.groupby("unique_id", observed=True).price
        x["price_step"] = (x.price / by.shift(7)).astype(np.float32)
        x["price_level"] = (x.price / by.transform("max")).astype(np.float32)
    x = x.rename(columns={"day": "ds", "units": "y"}).drop(columns=[c for c in ("item", "place") if c not in static])
    if "open" in x:  # closed days teach nothing
        x["weight"] = x.open.astype(np.float32)
    past, ahead = x[x.y.notna()], x[x.y.isna()]
    return past, ahead.drop(columns=["y", *static, *(["weight"] if "weight" in x else [])]), static


def mean_with_conformal(frame, case):
    """Means, and mlforecast's conformal intervals from two windows, but for M5, where
    they would take another hour of CPU. A series too short for two windows has the
    intervals that the others have in the middle, relative to its mean."""
    past, ahead, static = table(frame, case)
    model = {"mean": lightgbm.LGBMRegressor(**(RECIPE | SAMPLING | (M5 if case["set"] == "m5" else {})))}
    fit = {"static_features": static, "dropna": False, "cache_train_df": False, "validate_data": False}
    if "weight" in past:
        fit["weight_col"] = "weight"
    h = case["horizon"]
    length = past.groupby("unique_id", observed=True).size()
    length = length[length > 0]
    long = length.index[length > 2 * h]
    wide = out = None
    if case["set"] != "m5" and len(long):
        some = past[past.unique_id.isin(long)]
        fitted = forecaster(model, case).fit(some, prediction_intervals=PredictionIntervals(n_windows=2, h=h), **fit)
        wide = fitted.predict(h, X_df=known(ahead, some), level=list(INTERVALS))
    if wide is None or len(long) < len(length):
        out = forecaster(model, case).fit(past, **fit).predict(h, X_df=known(ahead, past))
    if wide is None:
        return unnamed(out.astype({"unique_id": str}), ["mean"])
    return with_intervals(wide[["unique_id", "ds", "mean"]] if out is None else out, wide)


def known(ahead, past):
    return ahead[ahead.unique_id.isin(past.unique_id.unique())] if len(ahead.columns) > 2 else None


def with_intervals(out, wide):
    out, wide = (x.astype({"unique_id": str}) for x in (out, wide))
    columns = {"q50": "mean"}
    for width, (low, high) in INTERVALS.items():
        columns |= {name(low): f"mean-lo-{width}", name(high): f"mean-hi-{width}"}
    both = out.merge(wide, on=["unique_id", "ds"], how="left", suffixes=("", "_long"))
    for column, source in columns.items():
        if column == "q50":
            both[column] = both["mean"]
            continue
        apart = both[source] - both["mean_long"]
        usual = (apart / both["mean_long"].clip(lower=0.01)).median()
        both[column] = both["mean"] + apart.fillna(usual * both["mean"])
    return unnamed(both, ["mean", *columns])


def quantiles(frame, case):
    """A booster for each level, whose lags are no shorter than the horizon, so that no
    quantile is fed back as a lag; crossings are sorted away."""
    past, ahead, static = table(frame, case)
    models = {name(q): lightgbm.LGBMRegressor(**(RECIPE | SAMPLING | {"objective": "quantile", "alpha": q})) for q in QUANTILES}
    mlf = forecaster(models, case, shortest=case["horizon"])
    weight = past.pop("weight") if "weight" in past else None
    X, y = mlf.preprocess(past, static_features=static, dropna=False, return_X_y=True, validate_data=False)
    keep = np.arange(len(X)) if weight is None else np.flatnonzero(weight.to_numpy() > 0)
    if len(keep) > MAX_ROWS:
        keep = np.sort(np.random.default_rng(1).choice(keep, MAX_ROWS, replace=False))
    mlf.fit_models(X.iloc[keep], y[keep])
    out = mlf.predict(case["horizon"], X_df=known(ahead, past))
    columns = list(models)
    out[columns] = np.sort(out[columns].to_numpy(), axis=1)
    return unnamed(out.astype({"unique_id": str}), columns)
