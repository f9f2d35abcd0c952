"""Writes testdata/interchange: models that the libraries trained, with rows
and what the libraries predict for them, for interchange_test.go.

    python3 -m venv v && v/bin/pip install lightgbm==4.7.0 xgboost-cpu==3.2.0
    v/bin/python interchange.py

Columns: 0 and 1 are numbers with gaps, 1 with many zeros; 2 counts; 3 and 4
are categories; 5 is the same number where it is not missing.
"""

import json
import pathlib

import lightgbm
import numpy as np
import xgboost

OUT = pathlib.Path(__file__).parent / "interchange"
TYPES = ["q", "q", "q", "c", "c", "q"]
CATEGORIES = [3, 4]
rng = np.random.default_rng(7)


def sample(n):
    x = np.empty((n, 6), np.float32)
    x[:, 0] = np.where(rng.random(n) < 0.2, np.nan, rng.normal(size=n))
    x[:, 1] = np.where(rng.random(n) < 0.4, 0, rng.normal(size=n))
    x[rng.random(n) < 0.1, 1] = np.nan
    x[:, 2] = rng.poisson(3, n)
    x[:, 3] = np.where(rng.random(n) < 0.1, np.nan, rng.integers(0, 12, n))
    x[:, 4] = np.minimum(rng.geometric(0.06, n), 70)
    x[:, 5] = np.where(rng.random(n) < 0.5, np.nan, 2.5)
    return x


def target(x):
    a, b = np.nan_to_num(x[:, 0], nan=1.5), np.nan_to_num(x[:, 1], nan=-1)
    mean = a + np.abs(b) + np.where(b == 0, 2, 0) + 0.3 * x[:, 2] + x[:, 3] % 3 % 2 * 2 + x[:, 4] % 7 * 0.4
    mean = np.nan_to_num(mean, nan=1) + np.where(np.isnan(x[:, 5]), 0, 1.5)
    return np.exp(mean / 4) + rng.gamma(2, 0.3, len(x))


def edges(thresholds):
    """Rows on, just below and just above some thresholds, and odd categories."""
    rows = []
    for column, t in thresholds:
        t = np.float32(t)
        for v in (np.nextafter(t, np.float32(-np.inf)), t, np.nextafter(t, np.float32(np.inf))):
            if np.isfinite(v):
                row = sample(1)[0]
                row[column] = v
                rows.append(row)
    for column, v in [(3, 12), (3, 99), (3, -1), (4, 0), (4, 71), (4, 5000), (4, -7), (4, np.nan),
                      (1, 1e-36), (1, -1e-36), (1, 1e-35), (1, -1e-35), (1, 1.1e-35), (1, -1.1e-35), (1, -0.0)]:
        row = sample(1)[0]
        row[column] = v
        rows.append(row)
    return np.array(rows, np.float32)


def some(thresholds, count=4):
    keep = rng.permutation(len(thresholds))[:count]
    return [thresholds[i] for i in keep]


def number(v):
    return None if np.isnan(v) else float(str(v))


models = []


def record(file, thresholds, predict):
    x = np.concatenate([sample(15), edges(some(thresholds))])
    models.append({
        "file": file,
        "rows": [[number(v) for v in row] for row in x],
        "want": [float(str(np.float32(v))) for v in predict(x)],
    })


def no_codes(rows):
    """Codes below zero as missing, which pandas makes of them before XGBoost."""
    rows = rows.copy()
    for c in CATEGORIES:
        rows[rows[:, c] < 0, c] = np.nan
    return rows


def xgb(name, objective, rounds=3, suffix="json", y=None, x=None, **params):
    x = sample(2000) if x is None else x
    y = target(x) if y is None else y(target(x))
    params = {"objective": objective, "max_depth": 3, "learning_rate": 0.3, "nthread": 1, "seed": 1} | params
    data = xgboost.DMatrix(x, y, feature_types=TYPES, enable_categorical=True)
    booster = xgboost.train(params, data, rounds)
    file = f"xgboost-{name}.{suffix}"
    booster.save_model(OUT / file)
    thresholds = []
    for tree in booster.get_dump(dump_format="json"):
        walk = [json.loads(tree)]
        for node in walk:
            walk += node.get("children", [])
            if isinstance(node.get("split_condition"), float):
                thresholds.append((int(node["split"][1:]), node["split_condition"]))
    record(file, thresholds, lambda rows: booster.predict(
        xgboost.DMatrix(no_codes(rows), feature_types=TYPES, enable_categorical=True)))


def lgb(name, objective, rounds=3, y=None, **params):
    x = sample(2000)
    y = target(x) if y is None else y(target(x))
    params = {"objective": objective, "num_leaves": 7, "learning_rate": 0.3, "num_threads": 1, "seed": 1,
              "verbose": -1, "deterministic": True, "min_data_per_group": 20, "cat_smooth": 2} | params
    booster = lightgbm.train(params, lightgbm.Dataset(x, y, categorical_feature=CATEGORIES), rounds)
    text = booster.model_to_string()
    # The parameters and what follows are of no use here.
    text = text[: text.index("\nparameters:")] + "\n"
    file = f"lightgbm-{name}.txt"
    (OUT / file).write_text(text)
    booster = lightgbm.Booster(model_str=text)
    thresholds = []
    for line in text.splitlines():
        if line.startswith("split_feature="):
            features = [int(v) for v in line[14:].split()]
        if line.startswith("threshold="):
            thresholds += [(f, float(t)) for f, t in zip(features, line[10:].split()) if f not in CATEGORIES]
    record(file, thresholds, booster.predict)


def above(y):
    return (y > np.median(y)).astype(float)


def main():
    OUT.mkdir(exist_ok=True)
    for old in OUT.iterdir():
        old.unlink()
    xgb("squared", "reg:squarederror")
    xgb("squared-again", "reg:squarederror", suffix="ubj", max_depth=2)
    xgb("absolute", "reg:absoluteerror")
    xgb("pseudohuber", "reg:pseudohubererror", suffix="ubj")
    xgb("poisson", "count:poisson")
    xgb("poisson-base", "count:poisson", base_score=2.5, suffix="ubj")
    xgb("tweedie", "reg:tweedie", tweedie_variance_power=1.3)
    xgb("gamma", "reg:gamma", suffix="ubj")
    xgb("logistic", "binary:logistic", y=above)
    xgb("quantile", "reg:quantileerror", quantile_alpha=0.9)
    xgb("onehot", "reg:squarederror", max_cat_to_onehot=1000, suffix="ubj")
    xgb("partition", "reg:squarederror", max_cat_to_onehot=2, max_depth=4, rounds=2)
    xgb("dart", "count:poisson", rounds=5, booster="dart", rate_drop=0.5, one_drop=1)
    xgb("forest", "reg:squarederror", rounds=1, num_parallel_tree=3, subsample=0.6, learning_rate=1, suffix="ubj")
    xgb("lossguide", "reg:squarederror", grow_policy="lossguide", max_leaves=6, max_depth=0, gamma=0.5)
    gaps = sample(2000)
    gaps[:, :5] = np.nan_to_num(gaps[:, :5], nan=1)
    xgb("gaps", "reg:squarederror", x=gaps, rounds=2, max_depth=4, colsample_bynode=0.4)

    lgb("regression", "regression")
    lgb("l1", "regression_l1")
    lgb("huber", "huber")
    lgb("fair", "fair")
    lgb("quantile", "quantile", alpha=0.8)
    lgb("mape", "mape")
    lgb("poisson", "poisson")
    lgb("tweedie", "tweedie", tweedie_variance_power=1.3)
    lgb("gamma", "gamma")
    lgb("binary", "binary", y=above, sigmoid=0.7)
    lgb("xentropy", "cross_entropy", y=above)
    lgb("zeros", "regression", zero_as_missing=True, num_leaves=15)
    lgb("zeros-poisson", "poisson", zero_as_missing=True, num_leaves=15)
    lgb("no-missing", "regression", use_missing=False, num_leaves=15)
    lgb("dart", "regression", boosting="dart", rounds=6, drop_rate=0.5)
    lgb("forest", "regression", boosting="rf", bagging_freq=1, bagging_fraction=0.6)
    lgb("forest-poisson", "poisson", boosting="rf", bagging_freq=1, bagging_fraction=0.6)
    lgb("onehot", "regression", max_cat_to_onehot=1000)
    lgb("single", "regression", min_data_in_leaf=1500)
    lines = ",\n".join(json.dumps(m, separators=(",", ":")) for m in models)
    (OUT / "cases.json").write_text("[\n" + lines + "\n]\n")


main()
