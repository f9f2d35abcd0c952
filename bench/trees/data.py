"""The arrays of the benchmark, made from a seed. A set is a folder:

  meta.json            {"columns": n, "levels": [of each column, 0: numbers]}
  train/x.f32, y.f32   float32, little-endian, column after column
  test/x.f32, y.f32
  train/w.f32          of a shop (see tables.py): the weights of the rows
  test/scale.f32       and what predictions are multiplied by
"""
import json
import os
import shutil

import numpy as np

BLOCK = 500_000


def make(folder, kind, train, test):
    """Writes a set of kind "dense30", "dense40" or "m5like", if it is not there."""
    if os.path.exists(f"{folder}/meta.json"):
        return
    levels = [LEVELS.get(c, 0) for c in M5] if kind == "m5like" else [0] * int(kind[-2:])
    for part, rows in enumerate((train, test)):
        to = f"{folder}/{'test' if part else 'train'}"
        os.makedirs(to, exist_ok=True)
        x = np.memmap(f"{to}/x.f32", "<f4", "w+", shape=(len(levels), rows))
        y = np.memmap(f"{to}/y.f32", "<f4", "w+", shape=rows)
        for begin in range(0, rows, BLOCK):
            end = min(rows, begin + BLOCK)
            rng = np.random.default_rng([part, begin])
            (m5like if kind == "m5like" else dense)(rng, x[:, begin:end], y[begin:end])
    with open(f"{folder}/meta.json", "w") as f:
        json.dump({"columns": len(levels), "levels": levels}, f)


def read(folder, part):
    """x with a row for each observation (in memory still by column), and y."""
    y = np.fromfile(f"{folder}/{part}/y.f32", "<f4")
    return np.fromfile(f"{folder}/{part}/x.f32", "<f4").reshape(-1, len(y)).T, y


def draw(folder, to, seed, share):
    """Writes a set to another folder, with a random share of its rows to train on."""
    of = f"{folder}/train"
    rows = os.path.getsize(f"{of}/y.f32") // 4
    drawn = np.random.default_rng(seed).random(rows) < share
    os.makedirs(f"{to}/train", exist_ok=True)
    for name in os.listdir(of):
        np.fromfile(f"{of}/{name}", "<f4").reshape(-1, rows)[:, drawn].tofile(f"{to}/train/{name}")
    shutil.copy(f"{folder}/meta.json", to)
    os.symlink(os.path.abspath(f"{folder}/test"), f"{to}/test")


def dense(rng, x, y):
    """Normal columns; 15 of them matter, alone and together."""
    for c in range(len(x)):
        x[c] = rng.standard_normal(len(y), dtype=np.float32)
    y[:] = rng.standard_normal(len(y), dtype=np.float32)
    y += 2 * np.sin(2 * x[0]) + x[1] * x[2] + np.abs(x[3]) + (x[4] > 0.5) * x[5] + 0.5 * x[6] ** 2
    y += np.where(x[7] > 0, x[8], -x[9]) + np.exp(-x[10] ** 2) + 0.5 * x[11] + 0.3 * x[12] * x[13] * x[14]


# Columns as those of the M5 series: codes, calendar, flags, prices, sales.
LEVELS = {"item": 3000, "family": 300, "store": 10, "dept": 7, "cat": 3, "state": 3, "event": 31, "weekday": 7}
EVENTS, LAGS, WINDOWS = 10, (7, 8, 14, 21, 28, 35, 56, 91, 182, 364), (3, 7, 14, 28, 56, 91, 182, 364)
M5 = [*LEVELS, "day", "month", "week", "year", "quarter", "age", "snap", "to_event",
      *(f"is_{d}" for d in range(7)), *(f"event_{e}" for e in range(EVENTS)),
      "price", "to_mean", "to_max", "to_last", "to_dept", "promotion", "discount",
      *(f"lag_{n}" for n in LAGS), *(f"mean_{n}" for n in WINDOWS), "zeros_28", "max_28"]


def m5like(rng, x, y):
    n, x = len(y), dict(zip(M5, x))
    fixed = np.random.default_rng(5)  # what holds for all blocks
    of_item, of_store = fixed.normal(-0.6, 1.1, 3000), fixed.normal(0, 0.3, (10, 7))
    of_price = fixed.choice(np.arange(0.98, 20, 0.5), 3000)
    of_event = np.where(np.arange(31) > 0, fixed.normal(0, 0.4, 31), 0)

    item = rng.integers(0, 3000, n)
    store, weekday, age = rng.integers(0, 10, n), rng.integers(0, 7, n), rng.integers(1, 280, n)
    week, dept = rng.integers(1, 54, n), item % 7
    event = np.where(rng.random(n) < 0.08, rng.integers(1, 31, n), 0)
    snap = rng.random(n) < 0.33
    promotion = rng.random(n) < 0.07
    ratio = np.where(promotion, rng.choice([0.5, 0.67, 0.75, 0.8, 0.9], n), rng.choice([0.95, 1, 1, 1, 1.05], n))
    for name, values in dict(
        item=item, family=item // 10, store=store, dept=dept, cat=dept // 3, state=store // 4, event=event, weekday=weekday,
        day=rng.integers(1, 32, n), month=(week - 1) * 12 // 53 + 1, week=week, year=age // 53, quarter=(week - 1) * 4 // 53,
        age=age, snap=snap, to_event=rng.geometric(0.15, n).clip(0, 30),
        price=of_price[item] * ratio, to_mean=ratio, to_max=ratio / 1.05, promotion=promotion, discount=1 - ratio.clip(0, 1),
        to_last=np.where(rng.random(n) < 0.04, ratio, 1), to_dept=np.round(of_price[item] / 8, 2),
    ).items():
        x[name][:] = values
    for d in range(7):
        x[f"is_{d}"][:] = weekday == d
    for e in range(EVENTS):
        x[f"event_{e}"][:] = event == e + 1

    level = of_item[item] + of_store[store, weekday] + 0.3 * np.sin(week * (2 * np.pi / 53) + dept)
    level += rng.normal(0, 0.5, n)  # of the series; only its sales tell
    for days in LAGS:
        x[f"lag_{days}"][:] = units(rng, np.exp(level + rng.normal(0, 0.2, n)), days, age)
    for days in WINDOWS:
        x[f"mean_{days}"][:] = units(rng, days * np.exp(level), days, age) / days
    x["zeros_28"][:] = rng.binomial(28, np.exp(-np.exp(level)))
    x["max_28"][:] = units(rng, 2.5 * np.exp(level), 28, age)
    y[:] = units(rng, np.exp(level - 1.2 * np.log(ratio) + of_event[event] + 0.15 * snap), 0, age)


def units(rng, mean, days, age):
    """Overdispersed counts, missing where the item is not old enough."""
    return np.where(age * 7 > days, rng.poisson(mean * rng.gamma(2, 0.5, len(mean))), np.nan)
