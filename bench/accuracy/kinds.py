"""More small shops, of kinds that no other set has, made from the same data by
seeded rules. data.py says which."""
import numpy as np
import pandas as pd

import retail
from case import Case, cut, tidy

HORIZON = 28


def stores(data, origin, series=30):
    """Shops without rows of the days on which they are closed; the peers get zeros."""
    x = retail.some(retail.rossmann_rows(data), series, ["place"])
    frame, truth = cut(x[["item", "place", "day", "units", "open", "promotion"]], origin, HORIZON)
    truth["scored"] = truth.open == 1
    frame["absent"] = (frame.open == 0) & frame.units.notna()
    return Case("stores", origin, frame.drop(columns="open"), truth, HORIZON, ahead=("promotion",))


def store(data, origin):
    """One shop, another one at each origin."""
    x = retail.rossmann_rows(data)
    places = sorted(x.place.unique())
    place = places[np.random.default_rng(int(origin.replace("-", ""))).integers(len(places))]
    x = tidy(x[x.place == place][["item", "place", "day", "units", "open", "promotion", "school_holiday"]])
    frame, truth = cut(x, origin, HORIZON)
    truth["scored"] = truth.open == 1
    return Case("store", origin, frame, truth, HORIZON, ahead=("open", "promotion", "school_holiday"))


def month(data, origin, series=80):
    """Products of shops of which no more than 30 days are known."""
    x, last = retail.freshretail_rows(data), pd.Timestamp(origin)
    x = x[(x.day > last - pd.Timedelta(days=30)) & (x.day <= last + pd.Timedelta(days=7))]
    x = retail.some(x, series, ["item", "place"])[["item", "place", "day", "units", "discount", "category"]]
    frame, truth = cut(x, origin, 7)
    truth["scored"] = True
    return Case("month", origin, frame, truth, 7, ahead=("discount",), static=("category",))


def wholesale(data, origin, series=120):
    """Items that sell in most weeks, by week; origin is the week's number."""
    return sums(by_week(retail.invoices(data)), "wholesale", origin, series, 6, "W-SAT", 52)


def by_week(sold):
    """Invoices with the Saturday on which their week begins as their day."""
    day = sold["at"].dt.normalize()
    return sold.assign(day=day - pd.to_timedelta((day.dt.weekday + 2) % 7, unit="D"))


def countries(data, origin, series=20):
    """What all items together sell to each country."""
    sold = retail.invoices(data)
    sold = sold.assign(day=sold["at"].dt.normalize(), item=sold.country)
    return sums(sold, "countries", origin, series, HORIZON, "D", 7)


def sums(sold, name, origin, series, horizon, freq, season):
    """Units by item and period, zeros written, of the items that sell in the most of
    them up to the origin, a day or the number of a period."""
    x = sold[sold.units > 0].groupby(["item", "day"]).units.sum().reset_index()
    periods = pd.date_range(x.day.min(), x.day.max(), freq=freq)
    last = periods[int(origin)] if freq != "D" else pd.Timestamp(origin)
    top = x[x.day <= last].groupby("item").day.nunique().nlargest(series).index
    grid = pd.MultiIndex.from_product([sorted(top), periods], names=["item", "day"]).to_frame(index=False)
    x = grid.merge(x, how="left", on=["item", "day"]).fillna({"units": 0.0}).assign(place="")
    x = x.astype({"item": "category", "place": "category", "units": float})
    frame, truth = cut(x[["item", "place", "day", "units"]], last, horizon, freq=freq)
    truth["scored"] = True
    return Case(name, origin, frame, truth, horizon, freq=freq, season=season)
