"""How far off forecasts were. e is forecast minus truth, over all scored periods of
all series; the point forecast is the mean, and the median for wape_q50 alone.

  wape      sum |e| / sum units
  wape_q50  the same of the median, of all forecasts the one that it is least for
  rmse      root of the mean of e^2, in units
  mase      mean over series of mean |e| / the series' own mean |y[t] - y[t-season]|
            up to the origin (y[t-1] where it is shorter than a season)
  bias      sum e / sum units
  rmspe     root of the mean of (e / units)^2 where something was sold
  pinball   mean over levels .1 .5 .9 of 2 * sum of pinball losses / sum units, so that
            a median alone would have its WAPE; pinball_95 the same over .025 .975
  coverage  share of periods within the central 50, 80 and 95%, ends included, and
            decile_off, how far it is off in the worst decile of series by volume
  miss      how far the worst of the quantiles is from what it says. Of counts no more
            than the level are below an honest quantile, and no fewer at or below it:
            with half of the days at zero the 10% quantile is 0, and covers them all.
            miss is by how much the level is outside of that span, decile_miss the same
            in the worst decile of volume
  pit       coverage by the randomised probability integral transform: of units at the
            very end of an interval counts the part that the forecast itself has inside.
            What it has there is known between two levels, of which the middle is taken;
            pit_decile_off, how far it is off in the worst decile
"""
import re

import numpy as np
import pandas as pd

from case import KEY

SAMPLE = 2000  # series that the slow peers forecast, and that all are scored on too


def level(column):
    """The level of a quantile's column: q10 is .1, q025 and q2.5 are .025."""
    found = re.fullmatch(r"q(\d+)(?:\.(\d+))?", column)
    if not found:
        return None
    digits, more = found.groups()
    return float(f"0.{digits.zfill(2)}{more}") if more else float(f"0.{digits}")


def scores(case, forecast, scale):
    """Every score of a forecast with the columns KEY, mean and q..., by kind of day.
    Where stock runs out, days in stock are scored by mean, the demand, and all days
    by sold, where the forecast has it."""
    forecast = forecast.rename(columns={c: level(c) for c in forecast if level(c)})
    both = case.truth.merge(forecast, on=KEY, how="left")
    index = pd.MultiIndex.from_arrays([both["item"].astype(str), both["place"].astype(str)])
    for c in scale:
        both[c] = scale[c].reindex(index).to_numpy()
    if case.set == "m5":  # items first sold after the origin are forecast as nothing
        both = both.fillna({c: 0.0 for c in forecast if c not in KEY})
    lacking = both["mean"].isna() if "mean" in both else both[0.5].isna()
    scored = both[both.scored & ~lacking]
    sales = scored.assign(mean=scored["sold"]) if "sold" in scored and "in_stock" in both else scored
    out = {"all": of(sales, case.set == "rossmann"), "lacking": int((both.scored & lacking).sum())}
    if "in_stock" in both:
        out["in_stock"] = of(scored[scored.in_stock == 1])
    return out


def of(x, percentage=False):
    y, total = x.units.to_numpy(float), x.units.sum()
    out = {"forecasts": len(x)}
    deciles = np.ceil(10 * x.volume.rank(pct=True)).to_numpy()
    if "mean" in x:
        e = x["mean"].to_numpy(float) - y
        out |= {"wape": np.abs(e).sum() / total, "rmse": np.sqrt((e**2).mean()), "bias": e.sum() / total}
        by_series = pd.DataFrame({"error": np.abs(e), "scale": x.scale.to_numpy(float)})
        by_series = by_series.groupby([x["item"].to_numpy(), x["place"].to_numpy()]).mean()
        out["mase"] = (by_series.error / by_series.scale)[by_series.scale > 0].mean()
        if percentage:
            out["rmspe"] = np.sqrt(((e[y > 0] / y[y > 0]) ** 2).mean())
    for name, levels in (("pinball", (0.1, 0.5, 0.9)), ("pinball_95", (0.025, 0.975))):
        if set(levels) <= set(x.columns):
            out[name] = np.mean([2 * pinball(y, x[q].to_numpy(float), q).sum() / total for q in levels])
    for low, high in ((0.25, 0.75), (0.1, 0.9), (0.025, 0.975)):
        if {low, high} <= set(x.columns):
            covered, share = (x[low] <= x.units) & (x.units <= x[high]), round(100 * (high - low))
            out[f"coverage_{share}"] = covered.mean()
            by_decile = covered.groupby(deciles).mean()
            out[f"decile_off_{share}"] = (by_decile - share / 100).abs().max()
            part = inside(x, y, low, high)
            out[f"pit_{share}"] = part.mean()
            out[f"pit_decile_off_{share}"] = np.abs(pd.Series(part).groupby(deciles).mean() - share / 100).max()
    if 0.5 in x:
        out["wape_q50"] = np.abs(x[0.5].to_numpy(float) - y).sum() / total
    levels = sorted(c for c in x if isinstance(c, float))
    if levels:
        out["miss"] = missed(y, x, levels)
        out["decile_miss"] = max(missed(y[deciles == d], x[deciles == d], levels) for d in np.unique(deciles))
    return {k: v if k == "forecasts" else round(float(v), 5) for k, v in out.items()}


def missed(y, x, levels):
    """By how much the worst level is outside of P(y < q) to P(y <= q)."""
    spans = [((y < q).mean() - level, level - (y <= q).mean()) for level, q in ((v, x[v].to_numpy(float)) for v in levels)]
    return max(0.0, *map(max, spans))


def inside(x, y, low, high):
    """The part of each forecast's units that is between two levels: 0 or 1, and within
    for units that are a quantile themselves. Such have F(y-) and F(y) between levels."""
    levels = np.array(sorted(c for c in x if isinstance(c, float)))
    q = x[list(levels)].to_numpy(float)
    ends = np.concatenate([[0.0], levels, [1.0]])
    under, upto = (q < y[:, None]).sum(1), (q <= y[:, None]).sum(1)
    tied = upto > under
    first = np.where(y > 0, (ends[under] + ends[under + 1]) / 2, 0.0)  # nothing is below no units
    last = (ends[upto] + ends[upto + 1]) / 2
    part = (np.minimum(last, high) - np.maximum(first, low)) / np.where(tied, last - first, 1.0)
    within = (x[low].to_numpy(float) < y) & (y < x[high].to_numpy(float))
    return np.where(tied, np.clip(part, 0.0, 1.0), within)


def pinball(y, f, q):
    return np.maximum(q * (y - f), (q - 1) * (y - f))


def scales(case):
    """Each series' mean absolute seasonal difference, and mean units, up to the origin."""
    x = case.frame[case.frame.units.notna()]
    series = x.groupby(["item", "place"], observed=True, sort=False).ngroup().to_numpy()
    y, names = x.units.to_numpy(float), x[["item", "place"]].drop_duplicates()
    out = np.full(len(names), np.nan)
    for lag in (1, case.season):  # the longer one counts where there is one
        same = series[lag:] == series[:-lag]
        sums = np.bincount(series[lag:][same], np.abs(y[lag:] - y[:-lag])[same], len(names))
        count = np.bincount(series[lag:][same], minlength=len(names))
        out = np.where(count > 0, sums / np.maximum(count, 1), out)
    volume = np.bincount(series, y, len(names)) / np.bincount(series, minlength=len(names))
    return pd.DataFrame({"scale": out, "volume": volume}, index=pd.MultiIndex.from_frame(names.astype(str)))


def sampled(case):
    """The seeded draw of series for the slow peers, or None where there are few."""
    ids = case.truth[["item", "place"]].astype(str).drop_duplicates().sort_values(["item", "place"])
    if len(ids) <= SAMPLE:
        return None
    return ids.iloc[np.sort(np.random.default_rng(2).choice(len(ids), SAMPLE, replace=False))]
