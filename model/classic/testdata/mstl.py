"""Golden figures of STL and MSTL: statsforecast 2.1.1's mstl on simulated series.

    python model/classic/testdata/mstl.py > model/classic/testdata/mstl.json
"""

import json
import sys

import numpy as np
from statsforecast.mstl import mstl

rng = np.random.default_rng(7)
WEEK = np.array([0, 1, -1, 2, 4, 6, 3.0])
out = []
for n, periods in [(40, [7]), (100, [7]), (104, [7]), (447, [7]), (150, [52]), (760, [7, 364])]:
    t = np.arange(n)
    y = 20 + 0.02 * t + WEEK[t % 7] + 5 * np.sin(2 * np.pi * t / 364) + rng.normal(size=n)
    y = np.round(y, 4)
    parts = mstl(y, periods if len(periods) > 1 else periods[0])
    names = [c for c in parts.columns if c.startswith("seasonal")]
    out.append(
        dict(
            y=y.tolist(),
            periods=periods,
            seasons=[parts[c].round(6).tolist() for c in names],
            trend=parts["trend"].round(6).tolist(),
        )
    )
json.dump(out, sys.stdout)
