"""peers.py METHOD SERIES HORIZON [intervals]: statsforecast's side; prints one JSON object."""
import json
import sys
import time
import warnings

import numpy as np
from statsforecast import models as sf

warnings.filterwarnings("ignore")

LEAST_SECONDS = 0.5  # as main.go

PEERS = {  # by our name
    "naive": lambda m: sf.Naive(),
    "drift": lambda m: sf.RandomWalkWithDrift(),
    "seasonal_naive": lambda m: sf.SeasonalNaive(m),
    "window_mean": lambda m: sf.WindowAverage(28),
    "seasonal_window_average": lambda m: sf.SeasonalWindowAverage(season_length=m, window_size=4),
    "ses": lambda m: sf.SimpleExponentialSmoothingOptimized(),
    "holt": lambda m: sf.AutoETS(model="AAN", damped=False),  # sf.Holt may damp the trend
    "damped_holt": lambda m: sf.AutoETS(model="AAN", damped=True),
    "holt_winters": lambda m: sf.HoltWinters(season_length=m),
    "auto_ets": lambda m: sf.AutoETS(season_length=m),
    "standard_theta": lambda m: sf.Theta(season_length=m),
    "optimized_theta": lambda m: sf.OptimizedTheta(season_length=m),
    "dynamic_theta": lambda m: sf.DynamicTheta(season_length=m),
    "dynamic_optimized_theta": lambda m: sf.DynamicOptimizedTheta(season_length=m),
    "auto_theta": lambda m: sf.AutoTheta(season_length=m),
    "auto_arima": lambda m: sf.AutoARIMA(season_length=m),
    "mstl": lambda m: sf.MSTL(season_length=m, trend_forecaster=sf.AutoETS(model="ZZN")),
    "croston": lambda m: sf.CrostonSBA(),  # starts from the first sale, ours from eight
    "croston_classic": lambda m: sf.CrostonClassic(),
    "croston_optimized": lambda m: sf.CrostonOptimized(),
    "tsb": lambda m: sf.TSB(alpha_d=0.1, alpha_p=0.1),
    "adida": lambda m: sf.ADIDA(),
    "imapa": lambda m: sf.IMAPA(),
}


def main(method, path, horizon, intervals=""):
    asked = {"level": [80]} if intervals else {}
    with open(path) as f:
        series = [(s["season"], np.array(s["units"])) for s in json.load(f)]
    for season, units in series[:2] + series[-2:]:  # compiles what is compiled at first use
        PEERS[method](season).forecast(y=units, h=horizon, **asked)
    began, passes = time.process_time(), 0
    while not passes or time.process_time() - began < LEAST_SECONDS:
        means, likelihoods = [], []
        passes += 1
        for season, units in series:
            peer = PEERS[method](season)
            if method not in ("auto_ets", "auto_arima"):
                means.append(peer.forecast(y=units, h=horizon, **asked)["mean"])
                continue
            means.append(peer.fit(y=units).predict(h=horizon)["mean"])
            likelihoods.append([float(peer.model_["loglik"]), float(peer.model_["aicc"])])
    cpu = (time.process_time() - began) / passes
    print(json.dumps({
        "cpu_ms": cpu * 1000 / len(series), "mean": [[float(v) for v in m] for m in means], "likelihood": likelihoods,
    }))


main(sys.argv[1], sys.argv[2], int(sys.argv[3]), *sys.argv[4:])
