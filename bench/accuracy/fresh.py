"""Small shops of further kinds, made from the same data by seeded rules when the
default was as it is: a check of it that nothing was chosen on. data.py says which."""
import numpy as np
import pandas as pd

import kinds
import m5
import retail
import shops
from case import Case, cut, tidy


def lost(data, origin, series=80):
    """Items of one store that sells them on half of the days or more, rows of sales
    only, of which the feed lost five single days and one of three together."""
    names, units, _ = m5.wide(data)
    until = int(origin) - m5.FIRST + 1
    here = (names.place == "CA_2").to_numpy() & ((units[:, until - 200 : until] > 0).mean(1) >= 0.5)
    case = shops.drawn(data, "lost", origin, np.flatnonzero(here), series)
    rng = np.random.default_rng([int(origin), 2])
    ago = rng.choice(np.arange(5, 300), 6, replace=False)
    days = case.truth.day.min() - pd.to_timedelta([*ago, ago[0] + 1, ago[0] + 2], unit="D")
    f = case.frame
    gone = f.day.isin(days).to_numpy()
    f.loc[gone, "units"] = 0.0
    f["absent"] = (gone | (f.units == 0).to_numpy()) & f.units.notna().to_numpy()
    return case


def newcomers(data, origin, series=120):
    """Items in stores that first sold 20 to 100 days before the origin."""
    _, units, _ = m5.wide(data)
    until = int(origin) - m5.FIRST + 1
    past = units[:, :until] > 0
    age = until - past.argmax(1)
    case = shops.drawn(data, "newcomers", origin, np.flatnonzero(past.any(1) & (age >= 20) & (age <= 100)), series)
    f = case.frame
    sold = f[f.units > 0].groupby(["item", "place"], observed=True).day.min().rename("first").reset_index()
    case.frame = f[(f.day >= f.merge(sold, how="left", on=["item", "place"])["first"]).to_numpy()].reset_index(drop=True)
    return case


def outlets(data, origin, series=40):
    """What shops sell of all products together, 75 days and less, nothing else known."""
    x = retail.freshretail_rows(data)
    x = x.groupby(["place", "day"], observed=True).units.sum().reset_index().assign(item="all").astype({"item": "category"})
    x = retail.some(x, series, ["place"])
    frame, truth = cut(tidy(x[["item", "place", "day", "units"]]), origin, 7)
    truth["scored"] = True
    return Case("outlets", origin, frame, truth, 7)


def quarters(data, origin, series=40):
    """Shops by week, with the share of days with a promotion; a year and a half."""
    x = retail.some(retail.rossmann_rows(data), series, ["place"])
    week = x.day - pd.to_timedelta(x.day.dt.weekday, unit="D")
    x = x.assign(day=week).groupby(["item", "place", "day"], observed=True).agg(units=("units", "sum"), promotion=("promotion", "mean")).reset_index()
    last = pd.Timestamp(origin)
    frame, truth = cut(tidy(x[x.day > last - pd.Timedelta(weeks=78)]), last, 8, freq="W-MON")
    truth["scored"] = True
    return Case("quarters", origin, frame, truth, 8, freq="W-MON", season=52, ahead=("promotion",))


def gifts(data, origin, series=60):
    """The items of Online Retail of which most is sold in the eight weeks of last year
    that are to come, by week."""
    sold = kinds.by_week(retail.invoices(data))
    last = pd.date_range(sold.day.min(), sold.day.max(), freq="W-SAT")[int(origin)]
    year = sold[(sold.units > 0) & (sold.day <= last) & (sold.day > last - pd.Timedelta(weeks=52))]
    all_of_it = year.groupby("item").units.sum()
    ahead = year[year.day <= last - pd.Timedelta(weeks=44)].groupby("item").units.sum()
    share = (ahead / all_of_it)[all_of_it >= 500].dropna()
    return kinds.sums(sold[sold.item.isin(share.nlargest(series).index)], "gifts", origin, series, 6, "W-SAT", 52)


SETS = {
    "lost": (lost, ("1913", "1885", "1857")),
    "newcomers": (newcomers, ("1913", "1885", "1857")),
    "outlets": (outlets, ("2024-06-11", "2024-06-04", "2024-05-28")),
    "quarters": (quarters, ("2015-04-20", "2015-03-02", "2014-11-10")),
    "gifts": (gifts, ("95", "88", "84")),
}
