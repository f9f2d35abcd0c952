"""Loads models of ours in their libraries and prints what they predict:

    python predict.py TRIALS.json

TRIALS is a list of {"types": ["q" or "c", ...], "rows": [[number or null, ...],
...], "files": [model, ...]}; the answer has a list for each file of each.
"""

import json
import sys

import lightgbm
import numpy as np
import xgboost


def predictions(path, rows, types):
    if path.endswith(".txt"):
        return lightgbm.Booster(model_file=path).predict(rows)
    try:
        booster = xgboost.Booster(model_file=path)
    except xgboost.core.XGBoostError as e:
        sys.exit(f"{path}: {str(e)[:300]}")
    names = booster.feature_names
    rows = rows.copy()
    for c, kind in enumerate(types):
        if kind == "c":  # codes below zero are missing, as in pandas
            rows[rows[:, c] < 0, c] = np.nan
    return booster.predict(xgboost.DMatrix(rows, feature_types=types, feature_names=names, enable_categorical=True))


with open(sys.argv[1]) as f:
    trials = json.load(f)
print(json.dumps([
    [[float(v) for v in predictions(path, np.array(t["rows"], np.float32), t["types"])] for path in t["files"]]
    for t in trials]))
