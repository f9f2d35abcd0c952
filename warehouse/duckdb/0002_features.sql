-- What the newest model's rows look like for each series at the run's origin,
-- for its first period ahead. A feature that is not known is left out.
CREATE TABLE features (
    run_id VARCHAR NOT NULL,
    origin DATE    NOT NULL,
    item   VARCHAR NOT NULL,
    place  VARCHAR NOT NULL,
    feature_values MAP(VARCHAR, FLOAT) NOT NULL
);
