-- Order lines are kept as chunks, each the lines of one series and some days in
-- one value. What the older table held is read from the shop again.

DROP TABLE raw;

CREATE TABLE lines (
    run_id  VARCHAR NOT NULL,
    item    VARCHAR NOT NULL,
    place   VARCHAR NOT NULL,
    first   DATE,             -- days of the lines, in UTC or the place's own; NULL: some have none
    last    DATE,
    count   INTEGER NOT NULL,
    content UBIGINT NOT NULL, -- sum of the lines' hashes
    chunk   BLOB    NOT NULL  -- warehouse/chunk.go says how it is written
);
