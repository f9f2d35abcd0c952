"""The job of `daycast etl` for order lines, in pandas and in Polars.

    peers.py pandas|polars DSN OUT.parquet     does it, and prints seconds and MiB
    peers.py check WAREHOUSE.duckdb PARQUET... compares the daily rows of all
    peers.py ours COMMAND...                   runs a command and measures it likewise

Lines are read from Postgres, those delivered twice are dropped, a return takes
its units from the newest earlier sale of the item to the customer that still
has them all (or from several, the newest first), and what is left becomes rows
by item, day and the day on which it was known: units, mean price, share on
promotion, buyers.
"""

import resource
import subprocess
import sys
import time

QUERY = "SELECT order_id, line_id, ordered_at, customer_id, item_id, quantity, unit_price, discount, promotion FROM order_lines"


def undo(rows):
    """(day, known, units) of each return in rows of one item and customer, by time."""
    out, open_sales = [], []
    for day, units in rows:
        if units > 0:
            open_sales.append([day, units])
            continue
        left = -units
        for sale in reversed(open_sales):
            if sale[1] >= left:
                sale[1] -= left
                out.append((sale[0], day, -left))
                left = 0
                break
        while left > 0 and open_sales:
            sale = open_sales[-1]
            taken = min(left, sale[1])
            sale[1] -= taken
            left -= taken
            if taken:
                out.append((sale[0], day, -taken))
            if sale[1] == 0:
                open_sales.pop()
    return out


def with_pandas(dsn, path):
    import pandas as pd
    import sqlalchemy

    engine = sqlalchemy.create_engine(dsn.replace("postgres://", "postgresql+psycopg2://"))
    lines = pd.read_sql(QUERY, engine)
    lines = lines.drop_duplicates()
    lines["day"] = lines["ordered_at"].dt.floor("D").dt.tz_localize(None)
    lines["customer_id"] = lines["customer_id"].fillna(-1).astype("int64")
    lines["price"] = lines["unit_price"].astype(float) - lines["discount"].astype(float)
    sales = lines[lines["quantity"] > 0].copy()
    sales["revenue"] = sales["price"] * sales["quantity"]
    sales["promoted"] = sales["promotion"].astype(float) * sales["quantity"]
    sales["buyer"] = sales["customer_id"].where(sales["customer_id"] >= 0)
    daily = sales.groupby(["item_id", "day"], as_index=False).agg(
        units=("quantity", "sum"), revenue=("revenue", "sum"), promoted=("promoted", "sum"), buyers=("buyer", "nunique"))
    daily["price"], daily["promotion"], daily["known_at"] = daily["revenue"] / daily["units"], daily["promoted"] / daily["units"], daily["day"]

    keys = lines.loc[lines["quantity"] < 0, ["item_id", "customer_id"]].drop_duplicates()
    touched = lines.merge(keys, on=["item_id", "customer_id"]).sort_values(["item_id", "customer_id", "ordered_at"])
    back = []
    for (item, _), group in touched.groupby(["item_id", "customer_id"], sort=False):
        back += [(item, *r) for r in undo(zip(group["day"].array, group["quantity"].array))]
    back = pd.DataFrame(back, columns=["item_id", "day", "known_at", "units"])
    back = back.groupby(["item_id", "day", "known_at"], as_index=False)["units"].sum()
    columns = ["item_id", "day", "known_at", "units", "price", "promotion", "buyers"]
    all_rows = pd.concat([daily[columns], back], ignore_index=True)
    all_rows.groupby(["item_id", "day", "known_at"], as_index=False).agg(
        {"units": "sum", "price": "first", "promotion": "first", "buyers": "first"}).to_parquet(path)


def with_polars(dsn, path):
    import polars as pl

    lines = pl.read_database_uri(QUERY, dsn.replace("postgres://", "postgresql://"), engine="connectorx")
    lines = lines.unique().with_columns(
        day=pl.col("ordered_at").dt.date(), customer_id=pl.col("customer_id").cast(pl.Int64).fill_null(-1),
        price=pl.col("unit_price").cast(pl.Float64) - pl.col("discount").cast(pl.Float64))
    sales = lines.filter(pl.col("quantity") > 0)
    daily = sales.group_by("item_id", "day").agg(
        units=pl.col("quantity").sum(),
        price=(pl.col("price") * pl.col("quantity")).sum() / pl.col("quantity").sum(),
        promotion=(pl.col("promotion").cast(pl.Float64) * pl.col("quantity")).sum() / pl.col("quantity").sum(),
        buyers=pl.col("customer_id").filter(pl.col("customer_id") >= 0).n_unique(),
    ).with_columns(known_at=pl.col("day"), units=pl.col("units").cast(pl.Int64))

    keys = lines.filter(pl.col("quantity") < 0).select("item_id", "customer_id").unique()
    touched = lines.join(keys, on=["item_id", "customer_id"], how="semi").sort("item_id", "customer_id", "ordered_at")
    back = []
    for (item, _), group in touched.group_by(["item_id", "customer_id"], maintain_order=True):
        back += [(item, *r) for r in undo(zip(group["day"], group["quantity"]))]
    schema = {"item_id": pl.String, "day": pl.Date, "known_at": pl.Date, "units": pl.Int64}
    back = pl.DataFrame(back, schema=schema, orient="row")
    columns = ["item_id", "day", "known_at", "units"]
    both = pl.concat([daily, back.group_by("item_id", "day", "known_at").agg(pl.col("units").sum())], how="diagonal")
    both.group_by("item_id", "day", "known_at").agg(
        pl.col("units").sum(), pl.col("price", "promotion", "buyers").drop_nulls().first()).sort(columns[:3]).write_parquet(path)


def check(warehouse, *files):
    """Exits with an error where the sides' daily rows differ."""
    import duckdb

    db = duckdb.connect(warehouse, read_only=True)
    sums = "count(*), sum(units), sum(units * epoch(day)), sum(units * epoch(known_at)), sum(units * hash({item})::DOUBLE), sum(buyers), avg(price), avg(promotion)"
    ours = db.execute(f"SELECT {sums.format(item='item')} FROM (SELECT item, day, known_at, units, buyers, price, promotion FROM facts)").fetchone()
    for file in files:
        theirs = db.execute(f"SELECT {sums.format(item='item_id')} FROM (SELECT * REPLACE (day::DATE AS day, known_at::DATE AS known_at, nullif(buyers, 0) AS buyers) FROM read_parquet('{file}'))").fetchone()
        for a, b in zip(ours, theirs):
            if abs(a - b) > 1e-6 * abs(a):
                sys.exit(f"{file}: {theirs}\nours: {ours}")


def report(name, began):
    usage = resource.getrusage(resource.RUSAGE_CHILDREN if name == "ours" else resource.RUSAGE_SELF)
    print(f"{time.time() - began:.2f} {usage.ru_utime + usage.ru_stime:.2f} {usage.ru_maxrss / 1024:.0f}")


if __name__ == "__main__":
    what, *args = sys.argv[1:]
    start = time.time()
    if what == "check":
        check(*args)
    elif what == "ours":
        subprocess.run(args, check=True, stdout=sys.stderr)
        report("ours", start)
    else:
        {"pandas": with_pandas, "polars": with_polars}[what](*args)
        report(what, start)
