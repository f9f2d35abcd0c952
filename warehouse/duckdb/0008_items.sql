-- Items whose attributes change have several rows: of those known by a day the
-- last one holds.

ALTER TABLE items ADD COLUMN known_at DATE DEFAULT DATE '1970-01-01';
