-- Forecasts of past origins that prove a choice of model are told apart from
-- those that were made for the days to come.
ALTER TABLE forecasts ADD COLUMN backtest BOOLEAN DEFAULT false;

-- How forecasts did once their days had come: sums over the series of a
-- category, so that any rows can be pooled. A correction makes a later run
-- write the same origin, day and category again: the newest run counts.
CREATE TABLE scores (
    run_id   VARCHAR NOT NULL,
    origin   DATE    NOT NULL,
    day      DATE    NOT NULL,
    category VARCHAR NOT NULL, -- empty where items have none
    pairs    BIGINT  NOT NULL,
    absolute DOUBLE  NOT NULL, -- sum of |units - mean|
    squared  DOUBLE  NOT NULL, -- sum of (units - mean)^2
    signed   DOUBLE  NOT NULL, -- sum of mean - units
    sold     DOUBLE  NOT NULL, -- sum of |units|
    open     BIGINT  NOT NULL, -- pairs whose place traded
    inside   BIGINT  NOT NULL  -- of them, those from q10 to q90
);
