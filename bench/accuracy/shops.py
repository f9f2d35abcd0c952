"""Small shops of kinds that the large sets are not, made from the same data by
seeded rules. data.py says which and why."""
import numpy as np
import pandas as pd

import m5
from case import Case, cut, tidy

WEEK_HORIZON = 8  # weeks
STORES = ("CA_1", "CA_4", "TX_1", "TX_3", "WI_2")  # of the sets by week


def sparse(data, origin, series=100):
    """Items that sold on 1 to 10% of the 300 days before the origin."""
    _, units, _ = m5.wide(data)
    until = int(origin) - m5.FIRST + 1
    share = (units[:, until - 300 : until] > 0).mean(1)
    return drawn(data, "sparse", origin, np.flatnonzero((share >= 0.01) & (share <= 0.1)), series)


def short(data, origin, series=150):
    """Any items, of whom no more than the last 31 days are known."""
    _, units, _ = m5.wide(data)
    until = int(origin) - m5.FIRST + 1
    case = drawn(data, "short", origin, np.flatnonzero((units[:, until - 31 : until] > 0).any(1)), series, horizon=14)
    case.frame = case.frame[case.frame.day > m5.DAY1 + pd.Timedelta(days=int(origin) - 32)]
    return case


def single(data, origin):
    """One product that sells two a day or more, another one at each origin; no place."""
    _, units, _ = m5.wide(data)
    until = int(origin) - m5.FIRST + 1
    sells = [units[:, until - days : until].mean(1) >= 2 for days in (28, 200)]
    case = drawn(data, "single", origin, np.flatnonzero(np.all(sells, 0)), 1)
    for x in (case.frame, case.truth):
        x["place"] = pd.Categorical([""] * len(x))
    return case


def sundays(data, origin, series=60):
    """Items of one store that has no rows on Sundays; the peers get zeros there."""
    names, units, _ = m5.wide(data)
    until = int(origin) - m5.FIRST + 1
    here = (names.place == "TX_2").to_numpy() & (units[:, until - 56 : until] > 0).any(1)
    case = drawn(data, "sundays", origin, np.flatnonzero(here), series)
    for x in (case.frame, case.truth):
        sunday = x.day.dt.weekday == 6
        x["absent"] = sunday
        x.loc[sunday & x.units.notna(), "units"] = 0.0
    return case


def drawn(data, name, origin, eligible, series, horizon=m5.HORIZON):
    rng = np.random.default_rng([int(origin), 1])
    chosen = np.sort(rng.choice(eligible, min(series, len(eligible)), replace=False))
    whole = tidy(m5.rows(data, chosen, int(origin) + horizon))
    frame, truth = cut(whole, m5.DAY1 + pd.Timedelta(days=int(origin) - 1), horizon)
    truth["scored"] = True
    return Case(name, origin, frame, truth, horizon, ahead=("price", "event", "snap"), static=m5.STATIC)


def weekly(data, origin, peaks=False, name="weekly"):
    """Departments of stores by week, 231 weeks and more; origin is the week's number."""
    names, units = m5.departments(data)
    here = names.place.isin(STORES)
    names, units = names[here], units[here]
    weeks = units.shape[1] // 7
    units = units[:, : weeks * 7].reshape(len(units), weeks, 7).sum(2)
    if peaks:
        units = np.round(units * profile(len(units), weeks) / 20)
    day = pd.date_range(m5.DAY1, periods=weeks, freq="W-SAT")
    whole = pd.DataFrame({
        "item": np.repeat(names.dept.to_numpy(), weeks), "place": np.repeat(names.place.to_numpy(), weeks),
        "day": np.tile(day.to_numpy(), len(names)), "units": units.ravel(),
        "cat": np.repeat(names.cat.to_numpy(), weeks), "state": np.repeat(names.state.to_numpy(), weeks),
    }).astype({c: "category" for c in ("item", "place", "cat", "state")})
    frame, truth = cut(whole, day[int(origin) - 1], WEEK_HORIZON, freq="W-SAT")
    truth["scored"] = True
    return Case(name, origin, frame, truth, WEEK_HORIZON, freq="W-SAT", season=52, static=("cat", "state"))


def peaks(data, origin):
    """The same at a twentieth of the volume, with a wave and a peak of a few weeks
    in the year, each series at a time of its own."""
    return weekly(data, origin, peaks=True, name="peaks")


def profile(series, weeks):
    rng = np.random.default_rng(1)
    year, w = 52.18, np.arange(weeks)
    wave, top = rng.uniform(0, year, (2, series, 1))
    from_top = (w - top + year / 2) % year - year / 2
    height = rng.uniform(1, 3, (series, 1))
    return np.exp(0.4 * np.cos(2 * np.pi * (w - wave) / year)) * (1 + height * np.exp(-0.5 * (from_top / 1.5) ** 2))
