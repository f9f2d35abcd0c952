"""M5: 30,490 items in stores, by day, with price, events and SNAP days."""
import functools

import numpy as np
import pandas as pd

from case import Case, cut

HORIZON = 28
ORIGINS = (1913, 1885, 1857)
FIRST = 1495  # the first day of the item history that is here
DAY1 = pd.Timestamp("2011-01-29")
STATIC = ("dept", "cat", "state")


@functools.cache
def wide(data):
    """Units (series x days), prices (NaN before the release) and the series' names."""
    sales = pd.read_csv(f"{data}/m5/sales_train_evaluation_d1495_d1941.csv.gz")
    names = sales[["item_id", "store_id", "dept_id", "cat_id", "state_id"]]
    names = names.set_axis(["item", "place", *STATIC], axis=1)
    units = sales[[c for c in sales if c.startswith("d_")]].to_numpy(np.float32)
    week = calendar(data).wm_yr_wk.to_numpy()[FIRST - 1 : FIRST - 1 + units.shape[1]]
    prices = pd.read_csv(f"{data}/m5/sell_prices.csv.gz", dtype={"sell_price": "float32"})
    prices = prices[prices.wm_yr_wk >= week[0]].pivot(index=["item_id", "store_id"], columns="wm_yr_wk", values="sell_price")
    prices = prices.reindex(index=pd.MultiIndex.from_frame(names[["item", "place"]]), columns=week)
    return names, units, prices.to_numpy(np.float32)


@functools.cache
def calendar(data):
    return pd.read_csv(f"{data}/m5/calendar.csv", parse_dates=["date"])


def rows(data, chosen, last):
    """Long rows of the chosen series (row numbers) from their release to day d_last."""
    names, units, prices = wide(data)
    span = last - FIRST + 1
    days = calendar(data).iloc[FIRST - 1 : last]
    where, when = np.nonzero(~np.isnan(prices[chosen][:, :span]))
    series = chosen[where]
    out = {c: names[c].astype("category").iloc[series].reset_index(drop=True) for c in names}
    out["day"] = days.date.to_numpy()[when]
    out["units"] = units[series, when].astype(float)
    out["price"] = prices[series, when]
    for c, name in (("event", "event_name_1"), ("event_2", "event_name_2")):
        out[c] = days[name].fillna("").astype("category").iloc[when].reset_index(drop=True)
    snap = np.stack([days[f"snap_{s}"].to_numpy() for s in ("CA", "TX", "WI")])
    state = names.state.map({"CA": 0, "TX": 1, "WI": 2}).to_numpy()
    out["snap"] = snap[state[series], when].astype(np.int8)
    return pd.DataFrame(out)


def case(data, origin, series=None):
    names, units, prices = wide(data)
    chosen = np.arange(len(names))
    if series:
        chosen = np.sort(np.random.default_rng(1).choice(chosen, series, replace=False))
    whole = rows(data, chosen, origin + HORIZON)
    frame, truth = cut(whole, DAY1 + pd.Timedelta(days=origin - 1), HORIZON)
    truth["scored"] = True
    return Case("m5", f"d_{origin}", frame, truth, HORIZON, ahead=("price", "event", "event_2", "snap"), static=STATIC)


def departments(data):
    """Units of the 70 departments of stores, d_1 to d_1941: the names and the array."""
    sold = pd.read_csv(f"{data}/m5/store_dept_daily_d1_d1941.csv.gz")
    names = sold[["store_id", "dept_id", "cat_id", "state_id"]].set_axis(["place", *STATIC], axis=1)
    return names, sold[[c for c in sold if c.startswith("d_")]].to_numpy(float)
