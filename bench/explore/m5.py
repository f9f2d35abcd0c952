"""The M5 series as a shop that keeps daily rows in CSV files.

  m5.py M5_FOLDER SHOP_FOLDER SERIES   writes daily.csv, items.csv and daycast.yaml
"""
import sys

import duckdb

data, shop, series = sys.argv[1:]
duckdb.execute(f"""
set preserve_insertion_order = false;
create table wide as select * exclude (id, state_id) from '{data}/sales_train_evaluation_d1495_d1941.csv.gz'
  order by hash(id) limit {int(series)};
create table long as unpivot wide on columns('^d_') into name d value units;
copy (select item_id item, store_id place, date "day", units, sell_price price
    from long join '{data}/calendar.csv' using (d)
    join '{data}/sell_prices.csv.gz' using (store_id, item_id, wm_yr_wk))
  to '{shop}/daily.csv' (header);
copy (select distinct item_id, cat_id category, dept_id department from wide order by 1) to '{shop}/items.csv' (header);
""")
with open(f"{shop}/daycast.yaml", "w") as config:
    config.write("""shop: {name: M5, currency: USD, country: US}
source: {kind: csv, files: {daily: daily.csv, items: items.csv}}
""")
