"""Writes counts.json: simulated series and what statsforecast 2.1.1 forecasts
of them with its averages and its methods for intermittent demand.

  python counts.py > counts.json
"""
import json

import numpy as np
from statsforecast import models as m

HORIZON, SEASON = 9, 7
LEVEL = 90  # per cent of the intervals, of models that have their own


def series():
    r = np.random.default_rng(9)
    for size, mean, n in [(1, 0.1, 200), (0.5, 0.3, 120), (2, 0.5, 300), (1, 1, 90), (3, 3, 60), (0.3, 0.05, 400)]:
        for _ in range(2):
            y = r.negative_binomial(size, size / (size + mean), n).astype(float)
            y[r.integers(n)] = 2  # at least one sale
            yield y
    yield np.round(r.gamma(2, 3, 80) * (r.random(80) < 0.4), 2)  # no whole numbers
    yield np.concatenate([np.zeros(37), r.poisson(1.5, 50)]).astype(float)  # launched late
    yield np.concatenate([r.poisson(2, 60), np.zeros(50)]).astype(float)  # dying
    yield np.eye(1, 40, 11)[0] * 3  # a single sale
    yield np.zeros(30)


MODELS = {
    "adida": m.ADIDA(),
    "croston": m.CrostonSBA(),
    "croston_classic": m.CrostonClassic(),
    "croston_optimized": m.CrostonOptimized(),
    "drift": m.RandomWalkWithDrift(),
    "historic_average": m.HistoricAverage(),
    "imapa": m.IMAPA(),
    "naive": m.Naive(),
    "seasonal_naive": m.SeasonalNaive(SEASON),
    "seasonal_window_average": m.SeasonalWindowAverage(SEASON, 4),
    "tsb": m.TSB(0.1, 0.1),
    "window_mean": m.WindowAverage(28),
}
INTERVALS = ["drift", "historic_average", "naive", "seasonal_naive"]

out = []
for y in series():
    row = {"Units": [int(v) if v == int(v) else float(v) for v in y], "Mean": {}, "High": {}}
    for name, model in MODELS.items():
        own = {"level": [LEVEL]} if name in INTERVALS else {}
        f = model.forecast(y=y, h=HORIZON, **own)
        row["Mean"][name] = f["mean"].tolist()
        if own:
            row["High"][name] = np.asarray(f[f"hi-{LEVEL}"]).tolist()
    out.append(row)
print(json.dumps(out, separators=(",", ":")))
