"""The shops of bench/cold, each as a daily table for daycast."""
import sys

sys.path.insert(0, "bench/trees")
import pandas as pd
import tables


def m5(data, every):
    """One store of M5, or every n-th of its items."""
    whole = tables.sampled
    tables.sampled = lambda t, keys, series: t[t.store_id == "CA_1"].iloc[::every]
    t = tables.m5(data)
    tables.sampled = whole
    return t.drop(columns=["place", "state"])


def retail(data, every):
    """Online Retail II; what an item is, is the last word of its name where
    many have it."""
    t = tables.retail(data)
    lines = pd.concat(pd.read_csv(f"{data}/online_retail_ii/online_retail_{years}.csv.gz", usecols=["StockCode", "Description"], dtype=str)
                      for years in ("2009_2010", "2010_2011")).dropna()
    lines["item"] = lines.StockCode.str.strip().str.upper()
    word = lines.Description.str.upper().str.findall(r"[A-Z]+").str[-1]
    of = word.groupby(lines.item).agg(lambda w: w.value_counts().index[0] if w.notna().any() else "")
    common = of.value_counts().index[:60]
    t["category"] = t.item.map(of.where(of.isin(common), "OTHER")).fillna("OTHER")
    items = sorted(t.item.unique())[::every]
    return t[t.item.isin(items)]


shop, data, path, every = sys.argv[1:]
table = globals()[shop](data, int(every))
table.insert(0, "day", pd.to_datetime(table.pop("day")).dt.strftime("%Y-%m-%d"))
table.to_csv(path, index=False)
