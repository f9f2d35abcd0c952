"""Golden figures of lasso and elastic net: scikit-learn 1.9.1 on random rows.

    python model/linear/testdata/elasticnet.py > model/linear/testdata/elasticnet.json
"""

import json
import sys

import numpy as np
from sklearn.linear_model import ElasticNet

rng = np.random.default_rng(3)
n = 80
x = rng.normal(size=(n, 8)).astype(np.float32)
x[:, 5] = x[:, 0] + 0.1 * rng.normal(size=n)  # two that say much the same
w = rng.integers(1, 4, n).astype(np.float32)
y = (3 + x @ np.array([2, -1, 0.5, 0, 0, 0, 0.1, 0]) + rng.normal(size=n)).astype(np.float32)
mean = np.average(x.astype(float), axis=0, weights=w)
z = (x - mean) / np.sqrt(np.average((x - mean) ** 2, axis=0, weights=w))
out = dict(x=x.tolist(), y=y.tolist(), w=w.tolist(), fits=[])
for l1 in (1.0, 0.5, 0.1):
    for alpha in (0.01, 0.1, 0.5, 1.0, 5.0):
        m = ElasticNet(alpha=alpha, l1_ratio=l1, tol=1e-12, max_iter=100000).fit(z.astype(float), y.astype(float), sample_weight=w.astype(float))
        out["fits"].append(dict(alpha=alpha, l1=l1, coefficients=m.coef_.tolist(), intercept=float(m.intercept_)))
json.dump(out, sys.stdout)
