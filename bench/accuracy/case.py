"""A Case is one forecast to make: a set of series at one origin, and its truth."""
import dataclasses
import hashlib
import json
import pathlib

import pandas as pd

KEY = ["item", "place", "day"]


@dataclasses.dataclass
class Case:
    """The same frame for all sides.

    frame has item, place, day, units and the columns named below, sorted by KEY,
    a row for every period from a series' first to the last of the horizon; units
    is NaN after the origin. truth has KEY, units and scored (the days that count)
    for the horizon, and in_stock where the set knows it. Rows of the frame that are
    absent are zeros to the peers and missing from daycast's CSV."""

    set: str
    origin: str
    frame: pd.DataFrame
    truth: pd.DataFrame
    horizon: int
    freq: str = "D"  # pandas' word: D, or W-SAT for weeks named by their first day, a Saturday
    season: int = 7  # periods
    ahead: tuple = ()  # columns known for the days to come too
    past: tuple = ()  # columns known up to the origin
    static: tuple = ()  # attributes of an item or place

    def write(self, folder):
        """Writes sales.csv for daycast, frame.parquet and case.json for the peers,
        and returns the hash of what the forecast may read."""
        folder = pathlib.Path(folder)
        columns = [*KEY, "units", *self.past, *self.ahead, *self.static]
        frame = self.frame[columns].reset_index(drop=True)
        written = frame[~self.frame.absent.to_numpy()] if "absent" in self.frame else frame
        frame.to_parquet(folder / "frame.parquet", index=False)
        only = [c for c, lone in (("item", "all"), ("place", "")) if frame[c].iloc[0] == lone and frame[c].nunique() == 1]
        csv = folder / "sales.csv"
        write_csv(written.drop(columns=only), csv)
        facts = {k: getattr(self, k) for k in ("set", "origin", "horizon", "freq", "season", "ahead", "past", "static")}
        (folder / "case.json").write_text(json.dumps(facts))
        with open(csv, "rb") as f:
            return hashlib.file_digest(f, "sha256").hexdigest()[:16]


def write_csv(frame, path):
    """By Arrow: pandas' writer takes minutes for the rows of M5."""
    import pyarrow as pa
    from pyarrow import csv

    day = frame.day.astype("category")
    frame = frame.assign(day=day.cat.rename_categories(day.cat.categories.strftime("%Y-%m-%d")))
    table = pa.Table.from_pandas(frame, preserve_index=False)
    for i, field in enumerate(table.schema):
        if pa.types.is_dictionary(field.type):
            table = table.set_column(i, field.name, table[field.name].cast(pa.string()))
    csv.write_csv(table, path, csv.WriteOptions(quoting_style="needed"))


def cut(rows, origin, horizon, past=(), freq="D"):
    """Splits whole rows at the origin: the frame, blinded after it, and the truth."""
    last = pd.date_range(origin, periods=horizon + 1, freq=freq)[-1]
    rows = rows[rows.day <= last].sort_values(KEY).reset_index(drop=True)
    future = rows.day > pd.Timestamp(origin)
    truth = rows[future].copy()
    frame = rows.copy()
    frame.loc[future, ["units", *past]] = float("nan")
    return frame, truth


def tidy(x):
    """Without the categories that no row has."""
    x = x.copy()
    for c in x.select_dtypes("category"):
        x[c] = x[c].cat.remove_unused_categories()
    return x
