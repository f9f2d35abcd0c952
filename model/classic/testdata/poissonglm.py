"""Golden figures of a penalised Poisson regression: scikit-learn 1.9.1.

    python model/classic/testdata/poissonglm.py > model/classic/testdata/poissonglm.json
"""

import json
import sys

import numpy as np
from sklearn.linear_model import PoissonRegressor

rng = np.random.default_rng(5)
n = 120
x = np.column_stack([rng.normal(size=n), (rng.random(n) < 0.2) * 1.0, np.arange(n) / n]).round(6)
y = rng.poisson(np.exp(0.5 + x @ [0.4, 0.7, 0.3])).astype(float)
fits = []
for penalty in (0.1, 3.0, 50.0):
    m = PoissonRegressor(alpha=penalty / n, solver="newton-cholesky", tol=1e-12, max_iter=1000).fit(x, y)
    fits.append(dict(penalty=penalty, coefficients=[float(m.intercept_)] + m.coef_.tolist()))
json.dump(dict(x=x.T.tolist(), y=y.tolist(), fits=fits), sys.stdout)
