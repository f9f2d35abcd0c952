"""peers.py mlforecast|polars SALES.csv.gz SERIES SAMPLE: the features of ours on
the same days; prints one JSON object of seconds, CPU seconds and MiB, and writes
a sample of the values. SERIES 0 takes all."""
import gc
import json
import os
import resource
import sys
import time

import numpy as np
import polars as pl

FIRST = np.datetime64("2015-03-03")  # d_1495
EVERY, FROM = 97, 400  # sample.go's


def read(path, series):
    """Series and days in long form, 32-bit numbers."""
    wide = pl.read_csv(path, n_rows=series or None)
    wide = wide.select(pl.selectors.starts_with("d_").cast(pl.Float32)).to_numpy()
    n, days = wide.shape
    return pl.DataFrame({
        "unique_id": np.repeat(np.arange(n, dtype=np.int32), days),
        "ds": np.tile(FIRST + np.arange(days).astype("timedelta64[D]"), n).astype("datetime64[ms]"),
        "y": np.ascontiguousarray(wide).ravel(),
    })


WEEKS = (1, 2, 4, 8, 13, 26, 52)


def with_mlforecast(df, threads):
    from mlforecast import MLForecast
    from mlforecast.lag_transforms import (ExponentiallyWeightedMean, RollingMax, RollingMean, RollingMin, RollingQuantile,
                                           RollingStd, SeasonalRollingMean, SeasonalRollingStd)

    one = {f"mean_{w}w": RollingMean(7 * w, min_samples=1) for w in WEEKS}
    one |= {f"deviation_{w}w": RollingStd(7 * w, min_samples=2) for w in (4, 13)}
    one |= {"max_8w": RollingMax(56, min_samples=1), "max_52w": RollingMax(364, min_samples=1), "min_4w": RollingMin(28, min_samples=1)}
    one |= {"median_4w": RollingQuantile(0.5, 28, min_samples=1), "high_8w": RollingQuantile(0.9, 56, min_samples=1)}
    one |= {"smooth_10": ExponentiallyWeightedMean(0.1), "smooth_30": ExponentiallyWeightedMean(0.3)}
    seven = {f"same_{n}": SeasonalRollingMean(7, n, min_samples=1) for n in (4, 8, 13)}
    seven |= {"same_deviation_8": SeasonalRollingStd(7, 8, min_samples=2)}
    year = {"year_ago_level": RollingMean(28)}
    model = MLForecast({}, freq="1d", lags=[1, 2, 3, 7, 28, 364], date_features=["day", "weekday", "month"], num_threads=threads,
                       lag_transforms={1: list(one.values()), 7: list(seven.values()), 365: list(year.values())})
    out = model.preprocess(df, dropna=False, static_features=[])
    names = [*LAGS, *one, *seven, *year]
    return out.rename(dict(zip(out.columns[3:3 + len(names)], names)))


LAGS = {"last_1": 1, "last_2": 2, "last_3": 3, "lag_1w": 7, "lag_4w": 28, "lag_52w": 364}


def with_polars(df):
    y = pl.col("y")
    last = y.shift(1)
    e = {name: y.shift(n) for name, n in LAGS.items()}
    e |= {f"mean_{w}w": last.rolling_mean(7 * w, min_samples=1) for w in WEEKS}
    e |= {f"deviation_{w}w": last.rolling_std(7 * w, min_samples=2) for w in (4, 13)}
    e |= {"max_8w": last.rolling_max(56, min_samples=1), "max_52w": last.rolling_max(364, min_samples=1)}
    e |= {"min_4w": last.rolling_min(28, min_samples=1)}
    e |= {"median_4w": last.rolling_quantile(0.5, interpolation="linear", window_size=28, min_samples=1)}
    e |= {"high_8w": last.rolling_quantile(0.9, interpolation="linear", window_size=56, min_samples=1)}
    e |= {f"smooth_{a}0": last.ewm_mean(alpha=a / 10, adjust=False) for a in (1, 3)}
    e |= {"year_ago_level": y.shift(365).rolling_mean(28)}
    same = {f"same_{n}": last.rolling_mean(n, min_samples=1) for n in (4, 8, 13)}
    same |= {"same_deviation_8": last.rolling_std(8, min_samples=2)}
    ds = pl.col("ds").dt
    df = df.with_columns(day=ds.day(), weekday=ds.weekday(), month=ds.month())
    return df.with_columns(**{k: v.over("unique_id") for k, v in e.items()},
                           **{k: v.over("unique_id", "weekday") for k, v in same.items()})


def main(side, path, series, sample):
    df = read(path, int(series))
    gc.collect()
    began, cpu = time.time(), resource.getrusage(resource.RUSAGE_SELF).ru_utime
    out = with_polars(df) if side == "polars" else with_mlforecast(df, int(os.environ.get("POLARS_MAX_THREADS", "2")))
    seconds, cpu = time.time() - began, resource.getrusage(resource.RUSAGE_SELF).ru_utime - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    days = df["ds"].n_unique()
    rows = np.arange(0, len(df) // days, EVERY)[:, None] * days + np.arange(FROM + 1, days, 7)
    out[rows.ravel()].with_columns(t=pl.Series(rows.ravel() % days)).write_parquet(sample)
    print(json.dumps({"seconds": seconds, "cpu": cpu, "MiB": peak, "rows": len(out), "columns": out.width - 3}))


if __name__ == "__main__":
    main(*sys.argv[1:])
