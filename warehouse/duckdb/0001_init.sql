-- Each row carries the id of the run that wrote it. A NULL number is one that
-- nobody knows. Days are in the shop's own calendar.

CREATE TABLE raw (
    run_id      VARCHAR NOT NULL,
    row_number  BIGINT  NOT NULL, -- position in the extraction, from 1
    order_id    VARCHAR NOT NULL,
    line_id     VARCHAR NOT NULL,
    ordered_at  VARCHAR NOT NULL, -- all values as the source wrote them
    customer_id VARCHAR NOT NULL,
    item_id     VARCHAR NOT NULL,
    place_id    VARCHAR NOT NULL,
    quantity    VARCHAR NOT NULL,
    unit_price  VARCHAR NOT NULL,
    discount    VARCHAR NOT NULL,
    promotion   VARCHAR NOT NULL
);

CREATE TABLE facts (
    run_id    VARCHAR NOT NULL,
    item      VARCHAR NOT NULL,
    place     VARCHAR NOT NULL,
    day       DATE    NOT NULL,
    known_at  DATE    NOT NULL,
    units     FLOAT, -- added to the day's units
    price     FLOAT,
    promotion FLOAT, -- share of the day, 0 to 1
    in_stock  FLOAT, -- share of the day, 0 to 1
    buyers    FLOAT
);

CREATE TABLE stock (
    run_id  VARCHAR NOT NULL,
    item    VARCHAR NOT NULL,
    place   VARCHAR NOT NULL,
    day     DATE    NOT NULL,
    on_hand FLOAT -- pieces at the end of the day
);

CREATE TABLE items (
    run_id     VARCHAR NOT NULL,
    id         VARCHAR NOT NULL,
    attributes MAP(VARCHAR, VARCHAR) NOT NULL
);

CREATE TABLE places (
    run_id     VARCHAR NOT NULL,
    id         VARCHAR NOT NULL,
    time_zone  VARCHAR NOT NULL,
    country    VARCHAR NOT NULL,
    region     VARCHAR NOT NULL,
    latitude   DOUBLE,
    longitude  DOUBLE,
    attributes MAP(VARCHAR, VARCHAR) NOT NULL
);

CREATE TABLE signals (
    run_id   VARCHAR NOT NULL,
    name     VARCHAR NOT NULL,
    scope    VARCHAR NOT NULL, -- shop, place, category, item or series
    key      VARCHAR NOT NULL,
    day      DATE    NOT NULL,
    known_at DATE    NOT NULL,
    value    FLOAT,
    code     VARCHAR NOT NULL
);

CREATE TABLE quarantine (
    run_id      VARCHAR NOT NULL,
    table_name  VARCHAR NOT NULL,
    row_number  BIGINT  NOT NULL,
    column_name VARCHAR NOT NULL,
    value       VARCHAR NOT NULL,
    reason      VARCHAR NOT NULL
);

CREATE TABLE forecasts (
    run_id VARCHAR NOT NULL,
    origin DATE    NOT NULL, -- the last day that was known
    item   VARCHAR NOT NULL,
    place  VARCHAR NOT NULL,
    day    DATE    NOT NULL,
    mean   FLOAT,
    q10    FLOAT,
    q50    FLOAT,
    q90    FLOAT,
    model  VARCHAR NOT NULL
);

CREATE TABLE accuracy (
    run_id   VARCHAR NOT NULL,
    model    VARCHAR NOT NULL,
    origin   DATE    NOT NULL,
    chosen   BOOLEAN NOT NULL, -- by selection on older origins
    rmse     DOUBLE,
    mae      DOUBLE,
    wape     DOUBLE,
    bias     DOUBLE,
    mase     DOUBLE,
    rmsse    DOUBLE,
    pinball  DOUBLE,
    coverage DOUBLE, -- of the 80% interval
    seconds  DOUBLE
);

CREATE TABLE failures (
    run_id VARCHAR NOT NULL,
    item   VARCHAR NOT NULL,
    place  VARCHAR NOT NULL,
    stage  VARCHAR NOT NULL,
    model  VARCHAR NOT NULL,
    reason VARCHAR NOT NULL
);
