-- What the shop has planned: promotions by their days, and prices by the day
-- from which on they hold.

CREATE TABLE plans (
    run_id     VARCHAR NOT NULL,
    kind       VARCHAR NOT NULL, -- promotion or price
    item       VARCHAR NOT NULL, -- empty: all, as are category and place
    category   VARCHAR NOT NULL,
    place      VARCHAR NOT NULL,
    first_day  DATE    NOT NULL,
    last_day   DATE    NOT NULL, -- of a price its first day
    known_at   DATE    NOT NULL,
    value      FLOAT, -- discount as a share, or the price
    name       VARCHAR NOT NULL,
    row_number BIGINT  NOT NULL
);
