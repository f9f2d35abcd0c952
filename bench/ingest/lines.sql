-- Order lines of two years of a shop that sells 5,000 items online, the most
-- popular ones much more often: of each ten orders one has no customer, 2% of
-- the lines come back after five days, and 1% were delivered twice.
CREATE UNLOGGED TABLE order_lines (
  order_id bigint NOT NULL, line_id int NOT NULL, ordered_at timestamptz NOT NULL, customer_id int,
  item_id text NOT NULL, quantity int NOT NULL, unit_price numeric(10,2) NOT NULL, discount numeric(10,2), promotion boolean);
INSERT INTO order_lines
SELECT o, l, timestamptz '2024-01-01 00:00+00' + (o * interval '1 second' * (63072000.0 * 4 / :lines)) + l * interval '1 second',
  CASE WHEN hashint8(o) % 10 <> 0 THEN abs(hashint8(o)) % 200000 END,
  'SKU-' || lpad((power(abs(hashint8(o * 7 + l)) % 1000000 / 1000000.0, 2) * 5000)::int::text, 6, '0'),
  1 + abs(hashint8(o * 31 + l)) % 4,
  round((5 + abs(hashint8(o * 7 + l)) % 5000 / 100.0)::numeric, 2),
  CASE WHEN abs(hashint8(o * 3 + l)) % 5 = 0 THEN 1.00 ELSE 0 END,
  abs(hashint8(o * 3 + l)) % 5 = 0
FROM generate_series(1, :lines / 4) o, generate_series(1, 4) l;
INSERT INTO order_lines
SELECT order_id + 100000000000, line_id, ordered_at + interval '5 days', customer_id, item_id, -quantity, unit_price, discount, promotion
FROM order_lines WHERE abs(hashint8(order_id * 11 + line_id)) % 50 = 0 AND ordered_at < '2025-12-25';
INSERT INTO order_lines SELECT * FROM order_lines WHERE abs(hashint8(order_id * 13 + line_id)) % 100 = 0;
CREATE INDEX ON order_lines (ordered_at);
ANALYZE order_lines;
