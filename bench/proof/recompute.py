"""Recomputes WAPE, bias and coverage of the scored origins from a snapshot's
facts and forecasts, with nothing of daycast's own code, beside the plain
seasonal naive and the plain 28-day mean, which know no closed days.

  python3 recompute.py SNAPSHOT_FOLDER
"""
import sys

import duckdb

db = duckdb.connect()
for table in ("facts", "forecasts"):
    db.execute(f"create view {table} as from '{sys.argv[1]}/{table}.parquet'")
db.execute("""
create table sold as select item, place, day, sum(units) y from facts group by all;
create table origins as select distinct origin from forecasts where origin < (select max(day) from facts where units > 0);
create table known as  -- a day's units as known at each origin
  select origin, item, place, day, sum(units) y from facts join origins on known_at <= origin group by all;
create table on_sale as select distinct origin, item, place from known where y <> 0 and day > origin - 56;
create table pairs as select f.origin, f.item, f.place, f.day, mean, q10, q90, coalesce(s.y, 0) y,
    coalesce((select sum(k.y) from known k where (k.origin, k.item, k.place) = (f.origin, f.item, f.place)
      and k.day > f.origin - 28), 0) / 28.0 mean28,
    coalesce(n.y, 0) naive, exists (select 1 from sold o where o.day = f.day and o.y <> 0) open
  from forecasts f semi join on_sale using (origin, item, place)
  left join sold s using (item, place, day)
  left join known n on (n.origin, n.item, n.place) = (f.origin, f.item, f.place)
    and n.day = f.day - (1 + (f.day - f.origin - 1) // 7)::int * 7
  where origin in (from origins);
""")


def show(what, group, model):
    """One line for a model: errors of sums by group, over all origins."""
    wape, rmse, bias = db.execute(f"""
      with g as (select {group}, sum(y) y, sum({model}) f from pairs group by {group})
      select sum(abs(y - f)) / sum(abs(y)), sqrt(avg((y - f)^2)), sum(f - y) / sum(abs(y)) from g""").fetchone()
    print(f"{what:10} {model:7} WAPE {wape:.4f}  RMSE {rmse:9.3f}  bias {bias:+.4f}")
    return wape, rmse, bias


item_day = "origin, item, place, day"
ours, mean28, naive = (show("item-day", item_day, m) for m in ("mean", "mean28", "naive"))
for m in ("mean", "mean28", "naive"):
    show("item-week", "origin, item, place, (day - origin - 1) // 7", m)
for m in ("mean", "mean28", "naive"):
    show("shop-day", "origin, day", m)
for origin, wape, bias, cover in db.execute("""select origin, sum(abs(y - mean)) / sum(y), sum(mean - y) / sum(y),
    avg((y between q10 and q90)::int) filter (open) from pairs group by 1 order by 1""").fetchall():
    print(f"{origin} WAPE {wape:.4f}  bias {bias:+.4f}  80% interval covers {cover:.4f} of open item-days")
cover = db.execute("select avg((y between q10 and q90)::int) filter (open) from pairs").fetchone()[0]
print(f"wape_to_mean28\t{ours[0] / mean28[0]:.4f}\t<=0.9", f"wape_to_naive\t{ours[0] / naive[0]:.4f}\t<=0.9", sep="\n")
print(f"rmse_to_mean28\t{ours[1] / mean28[1]:.4f}\t<=1", f"rmse_to_naive\t{ours[1] / naive[1]:.4f}\t<=1", sep="\n")
print(f"bias\t{abs(ours[2]):.4f}\t<=0.1", f"coverage_from_80\t{abs(cover - .8):.4f}\t<=0.05", sep="\n")
