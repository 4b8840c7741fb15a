-- Where to tell what has happened.
CREATE TABLE endpoints (
    id         TEXT    NOT NULL PRIMARY KEY,
    url        TEXT    NOT NULL,
    -- signing needs the secret itself, so that no hash will do
    secret     TEXT    NOT NULL,
    -- the one before, as long as it signs too
    retiring   TEXT,
    -- separated by spaces
    events     TEXT    NOT NULL,
    active     BOOLEAN NOT NULL,
    created_at BIGINT  NOT NULL
);

-- What is to be told: written with what has happened, so that neither is lost without the other.
CREATE TABLE deliveries (
    id           TEXT   NOT NULL PRIMARY KEY,
    endpoint     TEXT   NOT NULL REFERENCES endpoints (id) ON DELETE CASCADE,
    event        TEXT   NOT NULL,
    -- never holds what was said in a call
    body         TEXT   NOT NULL,
    state        TEXT   NOT NULL CHECK (state IN ('waiting', 'delivered', 'failed')),
    created_at   BIGINT NOT NULL,
    attempts     BIGINT NOT NULL,
    next_at      BIGINT NOT NULL,
    leased_until BIGINT NOT NULL,
    -- of the last attempt
    at           BIGINT,
    status       BIGINT,
    failure      TEXT,
    milliseconds BIGINT
);
-- the next that is due to an endpoint
CREATE INDEX deliveries_by_time ON deliveries (endpoint, state, next_at);
-- those that are under way to it
CREATE INDEX deliveries_by_lease ON deliveries (endpoint, state, leased_until);
CREATE INDEX deliveries_by_endpoint ON deliveries (endpoint, id);
