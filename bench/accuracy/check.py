"""Slow obvious twins of the scores, and the rules by which the sets are made."""
import numpy as np
import pandas as pd

import retail
import score
from case import Case


def toy():
    rng = np.random.default_rng(3)
    day = pd.date_range("2024-01-01", periods=40)
    rows = [("i%d" % i, "p", d, float(rng.poisson(i))) for i in range(1, 5) for d in day[(i == 4) * 30 :]]
    whole = pd.DataFrame(rows, columns=["item", "place", "day", "units"])
    ahead = whole.day > day[35]
    truth = whole[ahead].assign(scored=rng.random(ahead.sum()) < 0.8)
    frame = whole.assign(units=whole.units.mask(ahead))
    forecast = truth[["item", "place", "day"]].copy()
    for c in ("mean", "q10", "q50", "q90"):
        forecast[c] = rng.uniform(0, 5, len(forecast))
    return Case("toy", "0", frame, truth, 4), forecast


def check_scores():
    case, forecast = toy()
    got = score.scores(case, forecast, score.scales(case))["all"]
    rows = [(t, f) for t, f in zip(case.truth.itertuples(), forecast.itertuples()) if t.scored]
    total = sum(t.units for t, _ in rows)
    same(got["wape"], sum(abs(f.mean - t.units) for t, f in rows) / total)
    same(got["wape_q50"], sum(abs(f.q50 - t.units) for t, f in rows) / total)
    same(got["rmse"], (sum((f.mean - t.units) ** 2 for t, f in rows) / len(rows)) ** 0.5)
    same(got["bias"], sum(f.mean - t.units for t, f in rows) / total)
    same(got["coverage_80"], sum(f.q10 <= t.units <= f.q90 for t, f in rows) / len(rows))
    loss = 0.0
    for t, f in rows:
        for q, v in ((0.1, f.q10), (0.5, f.q50), (0.9, f.q90)):
            loss += 2 * (q * (t.units - v) if t.units > v else (1 - q) * (v - t.units)) / 3
    same(got["pinball"], loss / total)
    ratios = []
    for item in ("i1", "i2", "i3", "i4"):
        y = [r.units for r in case.frame.itertuples() if r.item == item and r.units == r.units]
        lag = 7 if len(y) > 7 else 1
        scale = np.mean([abs(y[t] - y[t - lag]) for t in range(lag, len(y))])
        errors = [abs(f.mean - t.units) for t, f in rows if t.item == item]
        if errors:
            ratios.append(np.mean(errors) / scale)
    same(got["mase"], np.mean(ratios))
    off = [0.0]
    for q in ("q10", "q50", "q90"):
        level = int(q[1:]) / 100
        off.append(sum(t.units < getattr(f, q) for t, f in rows) / len(rows) - level)
        off.append(level - sum(t.units <= getattr(f, q) for t, f in rows) / len(rows))
    same(got["miss"], max(off))


def check_calibration():
    """Quantiles of the counts themselves are calibrated, though they cover too much."""
    rng = np.random.default_rng(4)
    mean = np.exp(rng.uniform(np.log(0.05), np.log(5), 40_000))
    draws = np.sort(rng.poisson(mean[:, None], (len(mean), 1000)), axis=1)
    levels = [0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975]
    x = pd.DataFrame({v: draws[:, int(np.ceil(1000 * v)) - 1].astype(float) for v in levels})
    x = x.assign(item="i", place="p", units=rng.poisson(mean).astype(float), volume=mean)
    got = score.of(x)
    assert got["coverage_50"] > 0.65 and got["coverage_80"] > 0.87, got
    assert got["miss"] < 0.005 and got["decile_miss"] < 0.02, got
    assert all(abs(got[f"pit_{v}"] - v / 100) < 0.02 for v in (50, 80, 95)), got
    wide = score.of(x.assign(**{"units": x.units + 1}))
    assert wide["miss"] > 0.1, wide


def check_levels():
    assert [score.level(c) for c in ("q10", "q50", "q025", "q2.5", "q05", "q975", "mean")] == [0.1, 0.5, 0.025, 0.025, 0.05, 0.975, None]


def check_cancellations():
    lines = pd.DataFrame({"item": list("aabaa"), "customer": list("xxxyx"), "units": [5, 3, 9, 2, -4]})
    lines["cancelled"] = lines.units < 0
    assert retail.net(lines).units.tolist() == [4, 0, 9, 2]  # three of the newest, one of the one before


def same(a, b):
    assert abs(a - b) < 1e-5, (a, b)


if __name__ == "__main__":
    for check in (check_scores, check_levels, check_calibration, check_cancellations):
        check()
    print("bench: the scores agree with their slow twins")
