"""WRMSSE-10: the mean of M5's weighted RMSSE over its levels 1 to 9 and 12; levels
10 and 11 need item history that is not here.

A node's RMSSE is the root of its mean squared error over its scale. Its weight in
its level is its share of the revenue of the last 28 training days. Scales are mean
squared first differences of the training days from the node's first sale on: of
departments' whole history for levels 1 to 9, given with the data (days 1 to 1913)
for level 12.
"""
import numpy as np
import pandas as pd

import m5

LEVELS = ((), ("state",), ("place",), ("cat",), ("dept",), ("state", "cat"), ("state", "dept"),
          ("place", "cat"), ("place", "dept"))


def wrmsse(data, origin, forecast):
    """The score of a forecast of all series from d_origin; what it lacks is zero."""
    names, units, prices = m5.wide(data)
    end = origin - m5.FIRST + 1
    truth = units[:, end : end + m5.HORIZON].astype(float)
    ours = matrix(names, forecast, origin)
    recent = slice(end - 28, end)
    revenue = (units[:, recent] * np.nan_to_num(prices[:, recent])).sum(1, dtype=float)
    dept, history = m5.departments(data)
    out = []
    for level in LEVELS:
        node, upper = group(names, dept, level)
        size = node.max() + 1
        error = added(ours - truth, node, size)
        scale = [first_differences(h) for h in added(history[:, :origin], upper, size)]
        out.append(weighted(error, np.array(scale), np.bincount(node, revenue, size)))
    ids = names.item + "_" + names.place
    scale = pd.read_csv(f"{data}/m5/rmsse_scale_level12.csv.gz", index_col="id").scale_d1_d1913.reindex(ids).to_numpy()
    out.append(weighted(ours - truth, scale, revenue))
    return float(np.mean(out)), [float(v) for v in out]


def matrix(names, forecast, origin):
    place = pd.MultiIndex.from_frame(names[["item", "place"]]).get_indexer(
        pd.MultiIndex.from_arrays([forecast["item"].astype(str), forecast["place"].astype(str)]))
    day = (forecast.day - m5.DAY1).dt.days.to_numpy() - origin
    out = np.zeros((len(names), m5.HORIZON))
    out[place, day] = forecast["mean"]
    return out


def group(names, dept, level):
    """Each series' and each department's node in a level, by number."""
    if not level:
        return np.zeros(len(names), int), np.zeros(len(dept), int)
    key = names[list(level)].agg("/".join, axis=1)
    nodes = pd.Index(key.unique())
    return nodes.get_indexer(key), nodes.get_indexer(dept[list(level)].agg("/".join, axis=1))


def added(x, node, size):
    out = np.zeros((size, x.shape[1]))
    np.add.at(out, node, x)
    return out


def first_differences(history):
    sold = history[np.argmax(history > 0) :]
    return np.mean(np.diff(sold) ** 2)


def weighted(error, scale, revenue):
    has = (revenue > 0) & (scale > 0)
    return (np.sqrt((error[has] ** 2).mean(1) / scale[has]) * revenue[has]).sum() / revenue.sum()
