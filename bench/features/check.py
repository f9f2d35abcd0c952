"""check.py OURS.csv PEER.parquet ...: the values of each side's sample that are
not ours, beyond the rounding of 32 bits; exits with 1 where there are any."""
import sys

import numpy as np
import polars as pl

ours = pl.read_csv(sys.argv[1], has_header=False, new_columns=["unique_id", "t", "feature", "value"], schema_overrides={"value": pl.Float64})
wide = ours.pivot("feature", index=["unique_id", "t"], values="value").sort("unique_id", "t")
failed = False
for path in sys.argv[2:]:
    peer = pl.read_parquet(path).sort("unique_id", "t")
    assert (peer["unique_id"].to_numpy() == wide["unique_id"].to_numpy()).all() and (peer["t"].to_numpy() == wide["t"].to_numpy()).all()
    wrong = 0
    for name in wide.columns[2:]:
        theirs, own = peer["day" if name == "day_of_month" else name].cast(pl.Float64).to_numpy(), wide[name].to_numpy()
        if name.startswith(("deviation", "same_deviation")):  # they divide by one less than the number of values
            n = 8 if name.startswith("same") else 7 * int(name[10:-1])
            theirs = theirs * np.sqrt((n - 1) / n)
        # mlforecast adds squares up in 32 bits, which shows where all values are the same.
        slack = 5e-3 if "deviation" in name else 2e-4
        if name == "weekday":  # ours begins with Sunday, Polars' with Monday
            theirs = theirs % 7
        if name == "month":
            theirs = theirs - 1
        off = ~np.isclose(theirs, own, rtol=2e-4, atol=slack, equal_nan=True)
        if off.any():
            k = np.flatnonzero(off)[0]
            print(f"{path}: {name} differs in {off.sum()} of {len(off)} values, first {theirs[k]} for {own[k]} at {wide[int(k), 'unique_id']}, {wide[int(k), 't']}")
        wrong += int(off.sum())
    print(f"check: {path.split('/')[-1]}: {wrong} of {peer.height * (wide.width - 2)} values differ")
    failed |= wrong > 0
sys.exit(bool(failed))
