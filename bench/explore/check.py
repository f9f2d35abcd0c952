"""Recomputes a report's figures with pandas from the facts of its snapshot.
Of a day's state it takes over on which days the shop was closed, so that it
wants a shop with one place, and what is inferred of series: lost days, empty
shelves that no stock tells of, and spans off sale between sales. Where a few
steady series close on days of their own, which it does not know, what depends
on them is off by less than a thousandth.

  check.py NAME SNAPSHOT_FOLDER REPORT_JSON STATES_CSV
"""
import json
import sys

import duckdb
import numpy as np
import pandas as pd

shop, snapshot, path, states = sys.argv[1:]
report = json.load(open(path))
origin = pd.Timestamp(report["origin"])


def show(name, difference, target="<=1e-6"):
    print(f"{shop}_{name}\t{difference:.2g}\t{target}")


def far(got, want):
    """The largest difference, relative to the largest value."""
    got, want = np.array(got, float), np.array(want, float)
    assert got.shape == want.shape and (np.isnan(got) == np.isnan(want)).all(), (got, want)
    return np.nanmax(np.abs(got - want)) / max(np.nanmax(np.abs(want)), 1e-12) if len(got) else 0


# Facts to days: units and buyers are summed, of the rest the last value counts.
facts = duckdb.sql(f"from '{snapshot}/facts.parquet' where known_at <= '{origin:%F}' and day <= '{origin:%F}'"
                   " order by item, place, day, known_at").df()
facts["day"] = facts.day.astype("datetime64[ns]")
of_day = facts.groupby(["item", "place", "day"])
days = of_day[["price", "promotion", "in_stock"]].last().assign(rowed=True)
days[["units", "buyers"]] = of_day[["units", "buyers"]].sum(min_count=1)
first = days[days.units != 0].reset_index().groupby(["item", "place"]).day.min()
full = pd.concat([pd.DataFrame({"item": i, "place": p, "day": pd.date_range(d, origin)}) for (i, p), d in first.items()])
x = full.merge(days.reset_index(), how="left", on=["item", "place", "day"])
x["units"] = x.units.fillna(0)
series = x.groupby(["item", "place"], sort=False)
x["id"] = series.ngroup()
x["price"] = x.groupby("id").price.ffill()
told = (x.promotion.notna() | x.rowed.isna()).groupby(x.id).transform("all")  # every row has one: it holds until the next
x["promotion"] = x.groupby("id").promotion.ffill().where(told, x.promotion)

# States.
closed = {d for d, s in zip(report["total"]["days"], report["total"]["states"]) if s == "closed"}
x["state"] = np.select(
    [x.in_stock < .5, x.units != 0, x.day.dt.strftime("%F").isin(closed)], ["stock_out", "sold", "closed"], "zero")
typed = pd.read_csv(states, dtype={"item": str, "place": str}, parse_dates=["day"], keep_default_na=False)
typed["day"] = typed.day.astype("datetime64[ns]")
typed = x[["item", "place", "day"]].merge(typed, how="left", on=["item", "place", "day"]).typed.to_numpy()
x["state"] = np.where(np.isin(typed.astype(str), ["missing", "stock_out"]) & (x.state != "stock_out"), typed, x.state)
idle = x.state.isin(["zero", "closed", "missing"])
silent = idle & (idle[::-1].groupby(x.id[::-1]).cummin()[::-1])
gone = silent & (silent.groupby(x.id).transform("sum") >= 364)
x.loc[gone | (typed == "not_listed") & ~silent, "state"] = "not_listed"
counts = x.state.value_counts()
own = far([s["days"] for s in report["states"]], [counts.get(s["name"], 0) for s in report["states"]])
show("states", own, "<=1e-4")
close = "<=1e-6" if own == 0 else "<=1e-3"
x = x[x.state.isin(["sold", "zero", "stock_out"])].copy()
stocked = x[x.state != "stock_out"].copy()

# The shop by day, week and year.
by_day = pd.date_range(report["total"]["days"][0], origin)
x["revenue"] = x.units.astype(float) * x.price
total = x.groupby("day")[["units", "revenue"]].sum(min_count=1).reindex(by_day)
show("units_by_day", far([np.nan if v is None else v for v in report["total"]["units"]], total.units))
show("revenue_by_day", far([np.nan if v is None else v for v in report["total"]["revenue"]], total.revenue))
lost = pd.Series(report["total"]["states"], by_day) == "missing"
known = total.units.fillna(0).astype(float).mask(lost)
weeks = known[known.index.dayofweek[0] and 7 - known.index.dayofweek[0]:]
weeks = weeks[:len(weeks) // 7 * 7].to_numpy().reshape(-1, 7).astype(float)
share = weeks[weeks.sum(1) > 0] / weeks[weeks.sum(1) > 0].sum(1, keepdims=True)
show("week", far([report["week"][k] for k in ("mean", "q25", "q75")], [share.mean(0), *np.quantile(share, [.25, .75], axis=0)]))
month = known.groupby([known.index.year, known.index.month]).agg(["mean", "count"])
y = np.log(month["mean"].where((month["count"] >= 20) & (month["mean"] > 0))).to_numpy(float)
growth = np.nan_to_num(np.nanmean(y[12:] - y[:-12]) / 12) if len(y) > 12 else 0
index = np.exp(pd.Series(y - growth * np.arange(len(y))).groupby(month.index.get_level_values(1)).mean())
index = (index / index.mean()).reindex(range(1, 13))
show("year", far([np.nan if v is None else v for v in report["year"]["mean"]], index))

# Distributions.
for name in ("units", "price"):
    h, v = report[name], x[(x.state == "sold") & (x[name] > 0)][name].astype(np.float32)
    show(f"{name}_histogram", np.abs(np.histogram(v, np.array(h["edges"], np.float32))[0] - h["counts"]).sum(), "<=0")
    show(f"{name}_quantiles", far([h["mean"], h["median"], h["p95"], h["max"]], [
        v.astype(float).mean(), *np.quantile(v, [.5, .95], method="inverted_cdf"), v.max()]))
sold = np.sort(x.groupby("id").units.sum().clip(lower=0).to_numpy(float))[::-1]
share = np.concatenate([sold, np.zeros(report["series"]["total"] - len(sold))]).cumsum() / sold.sum()
at = np.round(np.array(report["concentration"]["share"]) * report["series"]["total"]).astype(int)
show("concentration", far(report["concentration"]["units"], share[at - 1]))

# Correlations, over all days: of a sample the report's own are an estimate.
median = stocked[stocked.price > 0].groupby("id").price.median()
stocked["ratio"] = stocked.price.astype(float) / stocked.id.map(median.astype(float))
launch = x.id.map(first.reset_index(drop=True))
feasts = duckdb.sql(f"select distinct day from '{snapshot}/signals.parquet' where name = 'holiday'").df().day
variables = pd.DataFrame({
    "units": x.units, "price / own median": x.price.astype(float) / x.id.map(median.astype(float)), "promotion": x.promotion,
    "stock-out": x.state == "stock_out", "weekend": x.day.dt.dayofweek >= 5, "holiday": x.day.isin(feasts.astype("datetime64[ns]")),
    "days since launch": (x.day - launch).dt.days, "buyers": x.buyers})[report["correlation"]["names"]].astype(float)
sampled = report["correlation"]["pairs"] < len(variables)
for method in ("pearson", "spearman"):
    got = np.array(report["correlation"][method], float)
    off = np.abs(got - variables.corr(method)).to_numpy().max()
    # A few bulk orders decide Pearson's, and which of them a sample holds.
    show(f"{method}{'_sampled' if sampled else ''}", off, {"pearson": "<=0.05", "spearman": "<=0.02"}[method] if sampled else close)

# Responses.
p = stocked[stocked.price > 0].copy()
p["bin"] = np.digitize(p.ratio, [.7, .85, .95, 1.05, 1.15, 1.3])
usual = p[p.bin == 3].groupby("id").units.mean().astype(float)
p["usual"] = p.id.map(usual).fillna(0)
moved = p.groupby("id").bin.transform(lambda b: (b != 3).any()) & (p.usual > 0) & (p.groupby("id").units.transform("sum") > 0)
p = p[moved]
bins = p.groupby("bin")[["units", "usual"]].sum().reindex(range(7))
got = report["priceResponse"]
show("price_response", far([np.nan if v is None else v for v in got["units"]], bins.units.astype(float) / bins.usual), close)
show("price_days", far(got["days"], p.bin.value_counts().reindex(range(7), fill_value=0)), close)
code, log, units = p.id.astype("category").cat.codes.to_numpy(), np.log(p.ratio.to_numpy()), p.units.to_numpy(float)
level = np.bincount(code, units)
lo, hi = -50., 50.
while hi - lo > 1e-9:  # the score falls: halve until it is zero
    e = (lo + hi) / 2
    w = np.exp(e * log)
    score = units @ log - (level * np.bincount(code, w * log) / np.bincount(code, w)).sum()
    lo, hi = (e, hi) if score > 0 else (lo, e)
show("elasticity", far([got["elasticity"]], [lo]), close)
if report["promotion"]["days"]:
    q = stocked[stocked.promotion.notna()].copy()
    q["on"] = q.promotion >= .5
    q["usual"] = q.id.map(q[~q.on].groupby("id").units.mean().astype(float))
    on = q[q.on & q.usual.notna()]
    show("promotion", far([report["promotion"][k] for k in ("share", "lift", "days")],
                          [q.on.mean(), on.units.sum() / on.usual.sum(), len(on)]), close)
last = x[x.day > origin - pd.Timedelta(days=56)].groupby("item").units.sum().nlargest(20)
show("top", far([t["units"] for t in report["top"]], last))
