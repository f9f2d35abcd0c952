"""Makes arrow.parquet and int96.parquet: python3 -m venv V && V/bin/pip install pyarrow==26.0.1 && V/bin/python arrow.py"""
import datetime as dt
import decimal
import pathlib

import pyarrow as pa
import pyarrow.parquet as pq

UTC = dt.timezone.utc
here = pathlib.Path(__file__).parent
instants = [dt.datetime(2024, 3, 30, 21, 0, 0, 500000, UTC), None, dt.datetime(1969, 12, 31, 23, 59, 59, 999000, UTC)]
walls = [dt.datetime(2024, 3, 31, 2, 30, 0, 500000), None, dt.datetime(2024, 1, 1)]
old = [dt.datetime(2024, 3, 31, 2, 30), dt.datetime(1969, 12, 31, 23, 59, 59), None]
shop = {
    "order_id": pa.array(["a", "b", "c"], pa.large_string()),
    "ordered_at": pa.array(instants, pa.timestamp("ms", "UTC")),
    "item_id": pa.array(["tea", "cup", "tea"]).dictionary_encode(),
    "unit_price": pa.array([decimal.Decimal("12345678901234567890.12"), decimal.Decimal("-0.01"), None], pa.decimal128(38, 2)),
    "wall": pa.array(walls, pa.timestamp("us")),
    "quantity": pa.array([-1.5, 2, None], pa.float32()),
    "__index_level_0__": pa.array([7, 8, 9]),
}
pq.write_table(pa.table(shop), here / "arrow.parquet", compression="gzip", row_group_size=2)
pq.write_table(pa.table({"item_id": ["a", "b", "c"], "old": pa.array(old, pa.timestamp("ns"))}),
               here / "int96.parquet", use_deprecated_int96_timestamps=True)
