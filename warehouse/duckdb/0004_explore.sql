-- What the forecasts rest on: by how much a model's loss rises on days that it
-- has not seen when a feature's values are dealt out anew.
CREATE TABLE importances (
    run_id   VARCHAR NOT NULL,
    model    VARCHAR NOT NULL,
    feature  VARCHAR NOT NULL,
    grouped  VARCHAR NOT NULL, -- what kind of feature it is
    increase DOUBLE  NOT NULL  -- a share of the loss
);

-- How the chosen model did at the scored origins of a backtest, in sums as
-- those of scores.
CREATE TABLE errors (
    run_id   VARCHAR NOT NULL,
    model    VARCHAR NOT NULL,
    origin   DATE    NOT NULL,
    horizon  INTEGER NOT NULL, -- periods ahead, from 1
    category VARCHAR NOT NULL, -- empty where items have none
    pairs    BIGINT  NOT NULL,
    absolute DOUBLE  NOT NULL,
    squared  DOUBLE  NOT NULL,
    signed   DOUBLE  NOT NULL,
    sold     DOUBLE  NOT NULL,
    open     BIGINT  NOT NULL,
    inside   BIGINT  NOT NULL
);
