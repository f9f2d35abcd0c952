"""Rossmann, FreshRetailNet and Online Retail II."""
import functools

import numpy as np
import pandas as pd

from case import Case, cut, tidy


@functools.cache
def rossmann_rows(data):
    """Shops by day. The file has open days only: the others are closed ones, with
    the promotion and holidays that most open shops had on that day."""
    open_days = pd.read_csv(f"{data}/rossmann/train_open_days_to_2015-06-19.csv.gz", parse_dates=["Date"],
                            dtype={"StateHoliday": str})
    store = pd.read_csv(f"{data}/rossmann/store.csv").set_index("Store")
    days = pd.date_range(open_days.Date.min(), open_days.Date.max())
    whole = pd.MultiIndex.from_product([store.index, days], names=["Store", "Date"])
    x = open_days.set_index(["Store", "Date"]).reindex(whole).reset_index()
    by_day = open_days.groupby("Date")[["Promo", "StateHoliday", "SchoolHoliday"]].agg(lambda v: v.mode().iloc[0])
    for c in by_day:
        x[c] = x[c].fillna(x.Date.map(by_day[c]))
    x["Promo"] = x.Promo.fillna(0)  # days on which every shop was closed
    x["SchoolHoliday"] = x.SchoolHoliday.fillna(0)
    x["StateHoliday"] = x.StateHoliday.fillna("0").replace("0", "")
    first = x[x.Open == 1].groupby("Store").Date.min()
    x = x[x.Date >= x.Store.map(first)]
    out = pd.DataFrame({
        "item": "all", "place": x.Store.astype(str), "day": x.Date, "units": x.Sales.fillna(0.0),
        "open": x.Open.fillna(0).astype(int), "promotion": x.Promo.astype(int), "school_holiday": x.SchoolHoliday.astype(int),
        "state_holiday": x.StateHoliday,
        "store_type": x.Store.map(store.StoreType), "assortment": x.Store.map(store.Assortment),
        "promo2": x.Store.map(store.Promo2), "competition_distance": x.Store.map(store.CompetitionDistance),
    })
    return out.astype({c: "category" for c in ("item", "place", "state_holiday", "store_type", "assortment")})


def rossmann(data, origin, series=None):
    x = rossmann_rows(data)
    frame, truth = cut(some(x, series, ["place"]), origin, 42)
    truth["scored"] = truth.open == 1
    return Case("rossmann", origin, frame, truth, 42, ahead=("open", "promotion", "school_holiday", "state_holiday"),
                static=("store_type", "assortment", "promo2", "competition_distance"))


@functools.cache
def freshretail_rows(data):
    """Products of shops by day. in_stock is the share of the 16 hours from 6 to 22.
    The weather as it came stands for its forecast, and all sides get it."""
    x = pd.read_csv(f"{data}/freshretail/freshretail_daily_to_2024-06-18.csv.gz", parse_dates=["dt"])
    out = pd.DataFrame({
        "item": named(x.product_id), "place": named(x.store_id), "day": x.dt, "units": x.sale_amount,
        "in_stock": 1 - x.stock_hour6_22_cnt / 16, "discount": x.discount, "promotion": x.activity_flag,
        "holiday": x.holiday_flag, "rain": x.precpt, "temperature": x.avg_temperature,
        "humidity": x.avg_humidity, "wind": x.avg_wind_level, "city": named(x.city_id, "c"),
        "group": named(x.management_group_id, "m"), "category": named(x.first_category_id, "f"),
        "category_2": named(x.second_category_id, "s"), "category_3": named(x.third_category_id, "t"),
    })
    return out


def named(numbers, prefix=""):
    """Numbers as names: categories, since four million strings take half a minute."""
    x = numbers.astype("category")
    return x.cat.rename_categories([f"{prefix}{v}" for v in x.cat.categories])


def freshretail(data, origin, series=5000):
    frame, truth = cut(some(freshretail_rows(data), series, ["item", "place"]), origin, 7, past=["in_stock"])
    truth["scored"] = True
    return Case("freshretail", origin, frame, truth, 7, past=("in_stock",),
                ahead=("discount", "promotion", "holiday", "rain", "temperature", "humidity", "wind"),
                static=("city", "group", "category", "category_2", "category_3"))


@functools.cache
def invoices(data):
    """Lines of products (codes of five digits), without repeats: the two files share
    nine days of December 2010, and each has lines twice."""
    names = ["invoice", "item", "description", "units", "at", "price", "customer", "country"]
    files = [pd.read_csv(f"{data}/online_retail_ii/online_retail_{years}.csv.gz", header=0, names=names, dtype=str,
                         encoding_errors="replace") for years in ("2009_2010", "2010_2011")]
    x = pd.concat(files).drop_duplicates()
    x["item"] = x.item.str.upper().str.strip()
    x = x[x.item.str.fullmatch(r"\d{5}[A-Z]*")]
    x = x.assign(units=x.units.astype(int), price=x.price.astype(float), at=pd.to_datetime(x["at"]))
    x["cancelled"] = x.invoice.str.startswith("C")
    return x[(x.price > 0) & (x.cancelled == (x.units < 0))].sort_values("at", kind="stable").reset_index(drop=True)


def net(lines):
    """What is left of each line sold after the cancellations among the lines: each
    takes from its customer's newest earlier lines of the item; the rest is dropped."""
    left = lines.units.to_numpy().copy()
    sold = {}
    keys = zip(lines.customer.fillna("") + " " + lines.item, lines.cancelled)
    for i, (key, cancelled) in enumerate(keys):
        if not cancelled:
            sold.setdefault(key, []).append(i)
            continue
        back, left[i] = -left[i], 0
        while back > 0 and sold.get(key):
            j = sold[key][-1]
            took = min(back, left[j])
            back, left[j] = back - took, left[j] - took
            if left[j] == 0:
                sold[key].pop()
    return lines.assign(units=left)[~lines.cancelled]


def online_retail(data, origin, series=None):
    """Items by day, net of cancellations as known at the origin, zeros written; the
    truth is net of all cancellations. On sale is what sold in the 56 days before."""
    lines, origin_day = invoices(data), pd.Timestamp(origin)
    horizon = 28
    past = net(lines[lines["at"] < origin_day + pd.Timedelta(days=1)])
    later = net(lines)
    later = later[(later["at"] >= origin_day + pd.Timedelta(days=1)) & (later["at"] < origin_day + pd.Timedelta(days=horizon + 1))]
    x = pd.concat([past, later])
    x["day"] = x["at"].dt.normalize()
    x["worth"] = x.price * x.units
    x = x[x.units > 0].groupby(["item", "day"])[["units", "worth"]].sum().reset_index()
    recent = x[(x.day > origin_day - pd.Timedelta(days=56)) & (x.day <= origin_day)].item.unique()
    first = x[x.item.isin(recent)].groupby("item").day.min()
    length = (origin_day - first).dt.days.to_numpy() + horizon + 1
    grid = pd.DataFrame({"item": np.repeat(first.index, length), "day": np.repeat(first.to_numpy(), length)})
    grid["day"] += pd.to_timedelta(grid.groupby("item").cumcount(), unit="D")
    x = grid.merge(x, how="left", on=["item", "day"])
    x["price"] = (x.worth / x.units).round(3)
    x = x.drop(columns="worth").fillna({"units": 0.0}).assign(place="")
    x = x.astype({"item": "category", "place": "category"})
    frame, truth = cut(some(x, series, ["item"]), origin, horizon, past=["price"])
    truth["scored"] = True
    return Case("online_retail", origin, frame, truth, horizon, past=("price",))


def some(x, series, key):
    """A seeded draw of so many series, or all."""
    if not series:
        return x
    ids = x[key].drop_duplicates().sort_values(key)
    if series >= len(ids):
        return x
    chosen = ids.iloc[np.sort(np.random.default_rng(1).choice(len(ids), series, replace=False))]
    return tidy(x.merge(chosen, on=key))
