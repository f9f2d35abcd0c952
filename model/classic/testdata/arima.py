"""Golden figures of ARIMA and AutoARIMA: statsforecast 2.1.1 on simulated series.

    python model/classic/testdata/arima.py > model/classic/testdata/arima.json

statsforecast's arima_like writes over the covariance that it starts from, and
its optimiser passes the same memory again: from the second evaluation on, the
lags before the first period count as known to be 0 rather than as unknown. With
differences the search then ends where it began, at 0 or where conditional sums
of squares ended, or goes astray. So the filter gets copies here while
coefficients are searched for.
"""

import json
import sys
import warnings

import numpy as np
from scipy.signal import convolve
from statsforecast import arima as module
from statsforecast.arima import (
    Arima,
    arima_like,
    arima_transpar,
    auto_arima_f,
    forecast_arima,
    make_arima,
)

warnings.filterwarnings("ignore")
SEASON, HORIZON = 7, 14


def clean(y, phi, theta, delta, a, P, Pn, up, residuals):
    if residuals:  # the last call, whose state forecasts begin at
        return arima_like(y, phi, theta, delta, a, P, Pn, up, residuals)
    return arima_like(y, phi, theta, delta, a.copy(), P.copy(), Pn.copy(), up, residuals)


module.arima_like = clean


def simulate(rng, n, phi, theta, week, slope, wander):
    e = rng.normal(size=n + 100)
    y = np.zeros(n + 100)
    for t in range(2, n + 100):
        y[t] = phi * y[t - 1] + e[t] + theta * e[t - 1]
    y = y[100:]
    if wander:
        y = np.cumsum(y) * wander + rng.normal(size=n)
    t = np.arange(n)
    return 20 + slope * t + week * np.array([0, 1, -1, 2, 4, 6, 3.0])[t % SEASON] + y


def fresh(y, xreg, model):
    """The exact log-likelihood at a model's coefficients."""
    coef, arma = model["coef"], model["arma"]
    p, q, P, Q, m, d, D = arma
    names = [f"ar{i+1}" for i in range(p)] + [f"ma{i+1}" for i in range(q)]
    names += [f"sar{i+1}" for i in range(P)] + [f"sma{i+1}" for i in range(Q)]
    y = y - coef.get("intercept", 0) - coef.get("drift", 0) * np.arange(1, len(y) + 1)
    if xreg is not None:
        y = y - xreg @ np.array([coef[f"ex_{i+1}"] for i in range(xreg.shape[1])])
    phi = theta = np.zeros(0)
    if names:
        par = np.array([coef[k] for k in names])
        phi, theta = arima_transpar(par, np.array(arma, dtype=np.int32), False)
    delta = np.array([1.0])
    for _ in range(d):
        delta = convolve(delta, [1, -1.0])
    for _ in range(D):
        delta = convolve(delta, [1] + [0] * (m - 1) + [-1.0])
    # The first value is taken off, so that the start's variance of 1e6 is
    # enough whatever the level.
    if d + D > 0:
        y = y - y[~np.isnan(y)][0]
    s = make_arima(phi, theta, -delta[1:])
    ssq, logs, n, _ = arima_like(y, s["phi"], s["theta"], s["delta"], s["a"], s["P"], s["Pn"], 0, False)
    return -0.5 * (n * np.log(2 * np.pi * ssq / n) + n + logs)


def golden(y, xreg, future, model):
    model["lambda"] = None
    model["x"] = y
    f = forecast_arima(model, HORIZON, xreg=future, level=[90])
    p, q, P, Q, _, d, D = model["arma"]
    return dict(
        y=[None if np.isnan(v) else round(float(v), 6) for v in y],
        x=[] if xreg is None else np.vstack([xreg, future]).T.tolist(),
        order=[p, d, q, P, D, Q],
        constant="intercept" in model["coef"] or "drift" in model["coef"],
        loglik=float(fresh(y, xreg, model)),
        mean=np.asarray(f["mean"]).tolist(),
        upper=np.asarray(f["upper"]["90%"]).tolist(),
    )


def main():
    rng = np.random.default_rng(20261126)
    shapes = [(0.5, 0, 1, 0, 0), (0, 0.6, 0.3, 0, 0), (0.7, -0.3, 0, 0, 0), (0.3, 0, 0.5, 0, 0.3), (0, 0, 1, 0.02, 0), (0.2, 0.4, 0.2, 0, 0.2)]
    orders = [
        ((1, 0, 0), (1, 0, 1), True), ((0, 0, 2), (1, 0, 0), True), ((2, 0, 1), (0, 0, 0), True),
        ((1, 1, 1), (0, 0, 1), False), ((1, 0, 0), (0, 1, 1), True), ((0, 1, 2), (0, 1, 1), False),
    ]
    out = dict(fixed=[], auto=[])
    for shape, (order, seasonal, constant) in zip(shapes, orders):
        y = np.round(simulate(rng, 160, *shape), 6)
        fit = dict(order=order, seasonal={"order": seasonal, "period": SEASON}, include_constant=constant, method="ML")
        out["fixed"].append(golden(y, None, None, Arima(y, **fit)))
        x = np.stack([rng.normal(size=174), (rng.random(174) < 0.15) * 1.0], axis=1).round(6)
        z = y + x[:160] @ [2.0, 5.0]
        out["fixed"].append(golden(z, x[:160], x[160:], Arima(z, xreg=x[:160], **fit)))
        if order[1] + seasonal[1] > 0 and not constant:  # statsforecast cannot regress with gaps
            gaps = y.copy()
            gaps[rng.random(160) < 0.1] = np.nan
            gaps[80:86] = np.nan
            gaps[0] = y[0]
            out["fixed"].append(golden(gaps, None, None, Arima(gaps, **fit)))
        out["auto"].append(golden(y, None, None, auto_arima_f(y, period=SEASON, approximation=False)))
    json.dump(out, sys.stdout)


main()
