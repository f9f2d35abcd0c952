"""Optuna's densities for tpe.json: log l(x) - log g(x) at candidates, by the
estimator that its TPESampler builds of the good and the other trials.

    pip install optuna==5.0.0 && python tpe.py > tpe.json
"""
import json
import math

import numpy as np
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.samplers._tpe.parzen_estimator import _ParzenEstimator, _ParzenEstimatorParameters
from optuna.samplers._tpe.sampler import default_gamma, default_weights

# Of equal values either may be called the first, and widths go by that: the
# earlier trial, as in Go.
argsort = np.argsort
np.argsort = lambda values, **how: argsort(values, kind="stable")

space = {
    "factor": FloatDistribution(1e-3, 10, log=True),
    "list": CategoricalDistribution([3, 5, 9]),
    "uniform": FloatDistribution(-2, 3),
    "whole": IntDistribution(1, 60, log=True),
}
rng = np.random.default_rng(1)


def points(n):
    return [
        {
            "factor": float(10 ** rng.uniform(-3, 1)),
            "list": int(rng.integers(3)),  # the index; Go has the value
            "uniform": float(rng.uniform(-2, 3)),
            "whole": int(round(math.exp(rng.uniform(math.log(0.5), math.log(60.5))))) or 1,
        }
        for _ in range(n)
    ]


parameters = _ParzenEstimatorParameters(1.0, True, False, default_weights, True)
cases = []
for n in (10, 12, 45, 80, 300):
    past, at = points(n), points(12)
    loss = [float(v) for v in rng.normal(size=n)]
    good = set(np.argsort(loss, kind="stable")[: default_gamma(n)].tolist())
    density = []
    for keep in (True, False):
        trials = [p for k, p in enumerate(past) if (k in good) == keep]
        columns = {name: np.array([t[name] for t in trials], dtype=float) for name in space}
        estimator = _ParzenEstimator(columns, space, parameters)
        density.append(estimator.log_pdf({name: np.array([t[name] for t in at], dtype=float) for name in space}))
    value = lambda p: {**p, "list": space["list"].choices[p["list"]]}
    cases.append({
        "past": [value(p) for p in past], "loss": loss, "at": [value(p) for p in at],
        "gain": [float(v) for v in density[0] - density[1]],
    })
print(json.dumps(cases))
