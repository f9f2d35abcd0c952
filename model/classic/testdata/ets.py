"""Writes ets.json: what statsforecast 2.1.1 makes of simulated series, by form.

    pip install statsforecast==2.1.1 && python model/classic/testdata/ets.py
"""
import json
import os
import warnings

import numpy as np
from statsforecast.ets import ets_f, forecast_ets
from statsforecast.models import SimpleExponentialSmoothingOptimized

warnings.filterwarnings("ignore")
HORIZON, LEVEL = 14, 90
FORMS = [e + t + s for s in "NAM" for e in "AM" for t in ("N", "Ad", "A") if (e, s) != ("A", "M")]


def series():
    r = np.random.default_rng(5)
    n, week = 210, np.array([-8.0, -6, -4, -1, 3, 9, 7])
    t = np.arange(n)
    season = np.resize(week, n)
    walk = 60 + np.cumsum(r.normal(0, 1.5, n))
    yield "level", 40 + r.normal(0, 5, n)
    yield "walk", walk + r.normal(0, 3, n)
    yield "trend", 30 + 0.2 * t + r.normal(0, 4, n)
    yield "week", 40 + season + r.normal(0, 4, n)
    yield "week, walk", walk + season + r.normal(0, 3, n)
    yield "week in proportion", (walk + 0.1 * t) * (1 + season / 30) * (1 + r.normal(0, 0.08, n))
    yield "growing", 30 * np.exp(0.004 * t) * (1 + season / 40) * (1 + r.normal(0, 0.1, n))
    yield "few", r.poisson(1.2 + 0.1 * (season + 8)).astype(float)
    yield "seldom", (r.random(n) < 0.15) * r.poisson(3, n).astype(float)


def number(v):
    return float(f"{v:.7g}")


def fits(y):
    for form in FORMS:
        damped = "d" in form
        model = form.replace("d", "")
        if y.min() <= 0 and "M" in form:
            continue
        fit = ets_f(y, 1 if form.endswith("N") else 7, model=model, damped=damped)
        out = forecast_ets(fit, HORIZON, level=[LEVEL])
        yield form, {
            "likelihood": number(fit["loglik"]), "aicc": number(fit["aicc"]),
            "constants": [number(v) if np.isfinite(v) else 0 for v in fit["par"][:4]],
            "mean": [number(v) for v in out["mean"]], "high": [number(v) for v in out[f"hi-{LEVEL}"]],
        }


def main():
    out = []
    for name, y in series():
        y = np.round(y, 2)
        auto = ets_f(y, 7)
        ses = SimpleExponentialSmoothingOptimized().forecast(y, h=1)
        out.append({
            "name": name, "units": y.tolist(), "forms": dict(fits(y)), "auto": number(auto["aicc"]), "ses": number(ses["mean"][0]),
        })
    with open(os.path.join(os.path.dirname(__file__), "ets.json"), "w") as f:
        f.write("[\n" + ",\n".join(json.dumps(s) for s in out) + "\n]\n")


main()
