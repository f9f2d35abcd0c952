"""Golden figures of MinT: hierarchicalforecast 1.5.3 on a random grouped hierarchy.

    python model/reconcile/testdata/golden.py > model/reconcile/testdata/golden.json

Errors have a mean of a hundred-thousandth: hierarchicalforecast takes means off
where it shrinks, which we do not, and refuses errors with none. Of non-negative
forecasts it clips the base forecasts first.
"""

import json
import sys
import warnings

import numpy as np
from hierarchicalforecast.methods import BottomUp, MinTrace, TopDown

warnings.simplefilter("ignore")
rng = np.random.default_rng(7)
bottoms, horizon, past = 12, 4, 40
category = [i % 3 for i in range(bottoms)]
place = [i // 3 % 2 for i in range(bottoms)]
rows = [np.ones(bottoms)]
rows += [np.array([float(c == g) for c in category]) for g in range(3)]
rows += [np.array([float(p == g) for p in place]) for g in range(2)]
S = np.vstack(rows + [np.eye(bottoms)])
base = S @ rng.gamma(2, 2, (bottoms, horizon)) * (1 + 0.2 * rng.normal(size=(len(S), horizon)))
base[-3:] -= 4  # some below zero
errors = S @ (rng.normal(size=(bottoms, past)) * rng.uniform(0.5, 3, (bottoms, 1)) + rng.normal(size=past)) + rng.normal(size=(len(S), past))
errors += 1e-5 - errors.mean(axis=1, keepdims=True)
actual = rng.normal(size=errors.shape)

out = dict(category=category, place=place, base=base.tolist(), errors=errors.tolist(), methods={})


def run(name, method):
    got = method(S=S, y_hat=base, y_insample=actual, y_hat_insample=actual - errors) if name != "bottom_up" else method(S=S, y_hat=base)
    out["methods"][name] = got["mean"].tolist()



# Top-down by forecast proportions, over a tree: the shop, its places, the series.
tree = S[[0, 4, 5] + list(range(6, 6 + bottoms))]
tree_base = np.maximum(base[[0, 4, 5] + list(range(6, 6 + bottoms))], 0.1)
tags = {"shop": np.array([0]), "place": np.array([1, 2]), "series": np.arange(3, 3 + bottoms)}
out["tree"] = dict(
    base=tree_base.tolist(),
    top_down=TopDown("forecast_proportions")(S=tree, y_hat=tree_base, tags=tags)["mean"].tolist(),
)
run("bottom_up", BottomUp())
for name, kind in dict(ols="ols", structural="wls_struct", variance="wls_var", shrunk="mint_shrink").items():
    run(name, MinTrace(kind))
    run(name + "_nonnegative", MinTrace(kind, nonnegative=True))
json.dump(out, sys.stdout)
