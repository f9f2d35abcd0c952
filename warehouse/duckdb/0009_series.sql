-- The series of a shop that goes by blocks, and where their panels are in the
-- file beside the run: what a server finds them by.
CREATE TABLE series (
    run_id    VARCHAR NOT NULL,
    item      VARCHAR NOT NULL,
    place     VARCHAR NOT NULL,
    id        VARCHAR NOT NULL,
    levels    MAP(VARCHAR, VARCHAR) NOT NULL, -- the groups that it belongs to
    sold      BOOLEAN NOT NULL,               -- whether it ever has
    last_sale DATE    NOT NULL,               -- the last period with a sale
    panel_at  BIGINT  NOT NULL                -- of its panel, in bytes
);
