-- What the panel of a run's newest origin changed of the units that models
-- train with, a row for each series, period and kind. Facts stay as they are.
CREATE TABLE adjustments (
    run_id VARCHAR NOT NULL,
    item   VARCHAR NOT NULL,
    place  VARCHAR NOT NULL,
    day    DATE    NOT NULL, -- the period's first day
    kind   VARCHAR NOT NULL, -- stock_out, outlier or bulk
    before FLOAT   NOT NULL,
    after  FLOAT   NOT NULL,
    reason VARCHAR NOT NULL
);
