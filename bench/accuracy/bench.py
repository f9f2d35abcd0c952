"""The M5 sales of the last 28 days, forecast by daycast and by mlforecast with
LightGBM from the same input: the item history, prices, events and SNAP days.

  bench.py make DATA FOLDER SERIES   writes FOLDER/sales.csv and FOLDER/truth.csv
  bench.py peer FOLDER               writes FOLDER/peer.csv
  bench.py score FOLDER              prints the errors and the closing lines
"""
import sys
import time

import pandas as pd

HORIZON = 28
KEY = ["item", "place", "day"]


def make(data, folder, series):
    calendar = pd.read_csv(f"{data}/m5/calendar.csv")
    wide = pd.read_csv(f"{data}/m5/sales_train_evaluation_d1495_d1941.csv.gz")
    wide = wide.sample(min(int(series), len(wide)), random_state=1)
    days = [c for c in wide if c.startswith("d_")]
    long = wide.melt(["item_id", "store_id", "dept_id", "cat_id", "state_id"], days, "d", "units")
    long = long.merge(calendar[["d", "date", "wm_yr_wk", "event_name_1", "snap_CA", "snap_TX", "snap_WI"]], on="d")
    long = long.merge(pd.read_csv(f"{data}/m5/sell_prices.csv.gz"), on=["store_id", "item_id", "wm_yr_wk"])
    snap = {s: long[f"snap_{s}"] for s in ("CA", "TX", "WI")}
    long["snap"] = sum(snap[s] * (long.state_id == s) for s in snap)
    long = long.rename(columns={"item_id": "item", "store_id": "place", "date": "day", "sell_price": "price",
                                "event_name_1": "event", "dept_id": "dept", "cat_id": "cat", "state_id": "state"})
    long = long[[*KEY, "units", "price", "snap", "event", "dept", "cat", "state"]].sort_values(KEY)
    future = long.day > sorted(long.day.unique())[-HORIZON - 1]
    long[future][[*KEY, "units"]].to_csv(f"{folder}/truth.csv", index=False)
    long["units"] = long.units.astype("Float64").mask(future)
    long.to_csv(f"{folder}/sales.csv", index=False)


def peer(folder):
    """The usual recipe: Tweedie trees on lags, windows, calendar, price and ids."""
    import lightgbm
    from mlforecast import MLForecast
    from mlforecast.lag_transforms import RollingMean

    began = time.time()
    x = pd.read_csv(f"{folder}/sales.csv", parse_dates=["day"])
    x["id"] = x.item + "@" + x.place
    static = ["item", "place", "dept", "cat", "state"]
    for c in [*static, "event"]:
        x[c] = x[c].astype("category").cat.codes
    past = x[x.units.notna()]
    model = MLForecast(
        {"peer": lightgbm.LGBMRegressor(objective="tweedie", tweedie_variance_power=1.1, n_estimators=500, num_leaves=128,
                                        learning_rate=0.05, subsample=0.66, subsample_freq=1, colsample_bytree=0.8, verbose=-1)},
        freq="D", lags=[7, 14, 28], date_features=["dayofweek", "day", "month"],
        lag_transforms={7: [RollingMean(7), RollingMean(28)], 28: [RollingMean(7), RollingMean(28)]})
    model.fit(past, id_col="id", time_col="day", target_col="units", static_features=static)
    ahead = x[x.units.isna()].drop(columns=["units", *static])
    out = model.predict(HORIZON, X_df=ahead)
    out[["item", "place"]] = out.id.str.split("@", expand=True)
    out.rename(columns={"peer": "mean"})[[*KEY, "mean"]].to_csv(f"{folder}/peer.csv", index=False)
    print(f"peer seconds: {time.time() - began:.0f}")


def score(folder):
    truth = pd.read_csv(f"{folder}/truth.csv")
    result = {}
    for name in ("daycast", "peer"):
        f = pd.read_csv(f"{folder}/{name}.csv")
        f["day"] = f.day.astype(str).str[:10]
        both = truth.merge(f, on=KEY)
        assert len(both) == len(truth), f"{name} lacks {len(truth) - len(both)} of {len(truth)} forecasts"
        e = both["mean"] - both.units
        result[name] = (e.abs().sum() / both.units.sum(), (e**2).mean() ** 0.5, e.sum() / both.units.sum())
        print("%-8s WAPE %.4f  RMSE %.4f  bias %+.4f" % (name, *result[name]))
        if "q10" in both:
            covered = ((both.q10 <= both.units) & (both.units <= both.q90)).mean()
    for k, metric in enumerate(("wape", "rmse")):
        print(f"m5_{metric}_to_mlforecast\t{result['daycast'][k] / result['peer'][k]:.3f}\t<=1")
    print(f"m5_bias\t{abs(result['daycast'][2]):.3f}\t<=0.1")
    print(f"m5_coverage_from_80\t{abs(covered - 0.8):.3f}\t<=0.05")


if __name__ == "__main__":
    {"make": make, "peer": peer, "score": score}[sys.argv[1]](*sys.argv[2:])
