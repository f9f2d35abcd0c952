"""Real shops, each as a daily table for daycast: its series sampled from a
seed, the units of the last day left out, so that the other columns of that day
say what is known ahead."""
import numpy as np
import pandas as pd

# A test is as long as the shop's own question; of FreshRetail's 83 days three
# such tests would leave none to learn from.
HORIZONS = {"rossmann": 42, "retail": 28, "fresh": 14, "m5": 28}


def make(shop, data, path):
    """Writes the daily table of a shop; data is the folder of all of them."""
    table = globals()[shop](data)
    table.insert(0, "day", pd.to_datetime(table.pop("day")).dt.strftime("%Y-%m-%d"))
    if shop != "retail":  # whose prices are those of the orders: nobody knows them ahead
        table.loc[table.day == table.day.max(), "units"] = np.nan
    table.to_csv(path, index=False)


def sampled(table, keys, series):
    """The rows of some of the series."""
    of = table.groupby(keys, sort=True).ngroup()
    chosen = np.random.default_rng(1).permutation(of.max() + 1)[:series]
    return table[of.isin(chosen)]


def rossmann(data):
    t = pd.read_csv(f"{data}/rossmann/train_open_days_to_2015-06-19.csv.gz", dtype={"StateHoliday": str})
    t = t.merge(pd.read_csv(f"{data}/rossmann/store.csv")[["Store", "StoreType", "Assortment"]], on="Store")
    return t.rename(columns={"Store": "place", "Date": "day", "Sales": "units", "Promo": "promotion"}).drop(
        columns=["DayOfWeek", "Customers", "Open"])


def retail(data):
    """Online Retail II, by item and day: sales less returns at the mean price."""
    first, second = (pd.read_csv(f"{data}/online_retail_ii/online_retail_{years}.csv.gz", dtype={"StockCode": str})
                     .rename(columns={"UnitPrice": "Price"}) for years in ("2009_2010", "2010_2011"))
    t = pd.concat([first[first.InvoiceDate < second.InvoiceDate.min()], second])  # they overlap
    t["item"] = t.StockCode.str.strip().str.upper()
    t = t[t.item.str.fullmatch(r"\d{5}[A-Z]*") & (t.Price > 0)]
    t["day"] = t.InvoiceDate.str[:10]
    return t.groupby(["item", "day"], as_index=False).agg(units=("Quantity", "sum"), price=("Price", "mean"))


def fresh(data):
    t = sampled(pd.read_csv(f"{data}/freshretail/freshretail_daily_to_2024-06-18.csv.gz"), ["store_id", "product_id"], 10_000)
    t["in_stock"] = 1 - t.pop("stock_hour6_22_cnt") / 16
    return t.rename(columns={"product_id": "item", "store_id": "place", "dt": "day", "sale_amount": "units"}).drop(
        columns=["stockout_hours_24", "precpt", "avg_temperature", "avg_humidity", "avg_wind_level"])


def m5(data):
    calendar = pd.read_csv(f"{data}/m5/calendar.csv")
    t = sampled(pd.read_csv(f"{data}/m5/sales_train_evaluation_d1495_d1941.csv.gz"), ["item_id", "store_id"], 3000)
    ids = ["item_id", "store_id", "dept_id", "cat_id", "state_id"]
    t = t.melt(ids, [c for c in t if c.startswith("d_")], "d", "units")
    t = t.merge(calendar[["d", "date", "wm_yr_wk", "event_name_1", "snap_CA", "snap_TX", "snap_WI"]], on="d")
    t = t.merge(pd.read_csv(f"{data}/m5/sell_prices.csv.gz"), on=["store_id", "item_id", "wm_yr_wk"])
    t["snap"] = sum(t[f"snap_{s}"] * (t.state_id == s) for s in ("CA", "TX", "WI"))
    t["units"] = t.units.astype(float)
    return t.rename(columns={"item_id": "item", "store_id": "place", "date": "day", "sell_price": "price", "event_name_1": "event",
                             "dept_id": "dept", "cat_id": "cat", "state_id": "state"}).drop(
        columns=["d", "wm_yr_wk", "snap_CA", "snap_TX", "snap_WI"])
