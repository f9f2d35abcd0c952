"""Writes theta.json: what statsforecast 2.1.1 makes of simulated series, by model.

    pip install statsforecast==2.1.1 && python model/classic/testdata/theta.py
"""
import json
import os
import warnings

import numpy as np
from statsforecast.theta import auto_theta, forecast_theta

warnings.filterwarnings("ignore")
HORIZON, LEVEL = 14, 90
MODELS = {"standard_theta": "STM", "optimized_theta": "OTM", "dynamic_theta": "DSTM", "dynamic_optimized_theta": "DOTM", "auto_theta": None}


def series():
    r = np.random.default_rng(6)
    n, week = 210, np.array([-8.0, -6, -4, -1, 3, 9, 7])
    t = np.arange(n)
    season = np.resize(week, n)
    walk = 60 + np.cumsum(r.normal(0, 1.5, n))
    yield "level", 40 + r.normal(0, 5, n)
    yield "walk", walk + r.normal(0, 3, n)
    yield "trend", 30 + 0.2 * t + r.normal(0, 4, n)
    yield "week", 40 + season + r.normal(0, 4, n)
    yield "week, walk", walk + season + r.normal(0, 3, n)
    yield "growing", 30 * np.exp(0.004 * t) * (1 + season / 40) * (1 + r.normal(0, 0.1, n))
    yield "few", r.poisson(1.2 + 0.1 * (season + 8)).astype(float)
    yield "seldom", (r.random(n) < 0.15) * r.poisson(3, n).astype(float)
    yield "short", 30 + 0.5 * t[:12] + r.normal(0, 2, 12)


def number(v):
    return float(f"{v:.7g}")


def fit(y, model):
    fitted = auto_theta(y, 7, model=model)
    out = forecast_theta(fitted, HORIZON, level=[LEVEL])
    return {
        "squares": number(fitted["mse"]), "season": fitted.get("decomposition_type", "") if fitted.get("decompose") else "",
        "mean": [number(v) for v in out["mean"]], "high": [number(v) for v in out[f"hi-{LEVEL}"]],
    }


def main():
    out = []
    for name, y in series():
        y = np.round(y, 2)
        out.append({"name": name, "units": y.tolist(), "models": {ours: fit(y, model) for ours, model in MODELS.items()}})
    with open(os.path.join(os.path.dirname(__file__), "theta.json"), "w") as f:
        f.write("[\n" + ",\n".join(json.dumps(s) for s in out) + "\n]\n")


main()
