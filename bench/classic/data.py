"""Real series as JSON: the last 447 periods of each, and the 28 after them."""
import json
import os

import numpy as np
import pandas as pd

DATA = os.environ["DAYCAST_DATA"]
PERIODS, HORIZON = 447, 28


def m5(n):
    """Item-days of a seeded draw among the series of full length; season 7."""
    table = pd.read_csv(f"{DATA}/m5/sales_full_history_subset_972_d1_d1941.csv.gz")
    units = table.filter(regex=r"^d_\d+$").to_numpy(float)[:, -PERIODS - HORIZON:]
    units = units[units[:, :PERIODS].sum(axis=1) > 0]
    return draw(units, n, 7)


def rossmann(n):
    """Days on which the shop was open, one after the other; season 6: most
    shops rest on Sundays."""
    table = pd.read_csv(f"{DATA}/rossmann/train_open_days_to_2015-06-19.csv.gz", usecols=["Store", "Date", "Sales"])
    rows = [g.sort_values("Date").Sales.to_numpy(float)[-PERIODS - HORIZON:] for _, g in table.groupby("Store")]
    return draw(np.array([r for r in rows if len(r) == PERIODS + HORIZON]), n, 6)


def draw(units, n, season):
    chosen = np.random.default_rng(1).permutation(len(units))[:n]
    return [{"season": season, "units": list(u[:PERIODS]), "actual": list(u[PERIODS:])} for u in units[np.sort(chosen)]]


def make(path, n):
    series = m5(n * 6 // 10) + rossmann(n - n * 6 // 10)
    with open(path, "w") as f:
        json.dump(series, f)
    return series
