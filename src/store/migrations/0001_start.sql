-- One text for both databases; {bytes} is BLOB or BYTEA. Times are milliseconds since 1970, points are hundredths.
-- Everything is NOT NULL that can be: SQLite's driver reads a missing number as 0.

-- Every pack that has judged, so that an old draft can be explained.
CREATE TABLE packs (
    digest        TEXT   NOT NULL PRIMARY KEY,
    first_used_at BIGINT NOT NULL,
    -- its files as JSON, compressed
    files         {bytes} NOT NULL
);

-- What a reviewer fills in: the rubric as it was in its pack, as JSON.
CREATE TABLE sheets (
    pack   TEXT NOT NULL REFERENCES packs (digest),
    rubric TEXT NOT NULL,
    body   TEXT NOT NULL,
    PRIMARY KEY (pack, rubric)
);

CREATE TABLE transcripts (
    id          TEXT   NOT NULL PRIMARY KEY,
    -- the sender's own id, by which a repeat is known
    source_id   TEXT   NOT NULL UNIQUE,
    channel     TEXT   NOT NULL CHECK (channel IN ('call', 'chat')),
    turns       BIGINT NOT NULL,
    sender      TEXT   NOT NULL,
    received_at BIGINT NOT NULL,
    -- SHA-256 of the body as it was posted
    digest      TEXT   NOT NULL,
    -- compressed
    body        {bytes} NOT NULL
);
CREATE INDEX transcripts_by_receipt ON transcripts (received_at);

-- Never changed: a later pack makes a new draft of a new transcript, not another draft of this one.
CREATE TABLE drafts (
    id             TEXT   NOT NULL PRIMARY KEY,
    transcript     TEXT   NOT NULL REFERENCES transcripts (id) ON DELETE CASCADE,
    pack           TEXT   NOT NULL REFERENCES packs (digest),
    engine         TEXT   NOT NULL,
    rubric         TEXT   NOT NULL,
    rubric_version TEXT   NOT NULL,
    created_at     BIGINT NOT NULL,
    digest         TEXT   NOT NULL,
    -- compressed JSON
    body           {bytes} NOT NULL,
    UNIQUE (transcript, rubric)
);

-- Which rules hit where, for the queue and for figures on rules.
CREATE TABLE draft_rules (
    draft      TEXT   NOT NULL REFERENCES drafts (id) ON DELETE CASCADE,
    rule       TEXT   NOT NULL,
    hits       BIGINT NOT NULL,
    candidates BIGINT NOT NULL,
    PRIMARY KEY (draft, rule)
);
CREATE INDEX draft_rules_by_rule ON draft_rules (rule, draft);

-- The queue. What it is filtered and sorted by is copied from transcript and draft, which never change, so that a page
-- is read along one index however many there are.
CREATE TABLE reviews (
    draft         TEXT   NOT NULL PRIMARY KEY REFERENCES drafts (id) ON DELETE CASCADE,
    created_at    BIGINT NOT NULL,
    rubric        TEXT   NOT NULL,
    agent         TEXT,
    team          TEXT,
    -- the day of the call where it took place, else of receipt: 2026-11-21
    day           TEXT   NOT NULL,
    -- the machine's total, every proposed veto carried out
    score         BIGINT NOT NULL,
    max           BIGINT NOT NULL,
    -- the heaviest hit: 0 none, 1 minor, 2 major, 3 critical
    severity      BIGINT NOT NULL,
    hits          BIGINT NOT NULL,
    candidates    BIGINT NOT NULL,
    vetoes        BIGINT NOT NULL,
    uncertainty   BIGINT NOT NULL,
    -- the place in the queue, ascending: the most worth a look first
    rank          BIGINT NOT NULL,
    state         TEXT   NOT NULL CHECK (state IN ('open', 'submitted')),
    -- counts every change; what a reviewer has seen is named by it
    version       BIGINT NOT NULL,
    claimed_by    TEXT,
    claimed_until BIGINT,
    -- of the last time that it was submitted
    reviewer      TEXT,
    submitted_at  BIGINT,
    -- the total with what the human changed
    final_score   BIGINT,
    -- decisions by subject, as JSON
    decisions     TEXT   NOT NULL,
    -- what was decided, as JSON
    result        TEXT
);
CREATE INDEX reviews_by_rank ON reviews (state, rank, draft);
CREATE INDEX reviews_by_time ON reviews (state, created_at, draft);
CREATE INDEX reviews_by_score ON reviews (state, score, draft);
CREATE INDEX reviews_by_submission ON reviews (state, submitted_at, draft) WHERE submitted_at IS NOT NULL;
CREATE INDEX reviews_by_agent ON reviews (agent, state, rank, draft);
CREATE INDEX reviews_by_team ON reviews (team, state, rank, draft);
CREATE INDEX reviews_by_day ON reviews (day, state, rank, draft);
CREATE INDEX reviews_by_claim ON reviews (claimed_by) WHERE claimed_by IS NOT NULL;
CREATE INDEX reviews_by_reviewer ON reviews (reviewer, submitted_at) WHERE reviewer IS NOT NULL;

-- Everything that was ever done to a review.
CREATE TABLE review_history (
    draft   TEXT   NOT NULL REFERENCES reviews (draft) ON DELETE CASCADE,
    version BIGINT NOT NULL,
    at      BIGINT NOT NULL,
    person  TEXT   NOT NULL,
    action  TEXT   NOT NULL,
    -- what it was about: subjects with their decisions before and after, as JSON
    detail  TEXT   NOT NULL,
    PRIMARY KEY (draft, version)
);

-- One row for each item of a review as it was last submitted, for figures.
CREATE TABLE reviewed_items (
    draft           TEXT    NOT NULL REFERENCES reviews (draft) ON DELETE CASCADE,
    item            TEXT    NOT NULL,
    machine_outcome TEXT    NOT NULL,
    machine         BIGINT,
    final_outcome   TEXT    NOT NULL,
    final           BIGINT,
    -- whether a human decided about this item, rather than about all by submitting
    explicit        BOOLEAN NOT NULL,
    -- why the machine was overruled; empty where it was not
    reason          TEXT    NOT NULL,
    PRIMARY KEY (draft, item)
);

-- One row for each finding of a review as it was last submitted, and for each passage that a human added.
CREATE TABLE reviewed_findings (
    draft   TEXT NOT NULL REFERENCES reviews (draft) ON DELETE CASCADE,
    subject TEXT NOT NULL,
    -- empty where the reviewer did not know it
    rule    TEXT NOT NULL,
    -- none where the machine missed it
    machine TEXT,
    human   TEXT NOT NULL,
    reason  TEXT NOT NULL,
    PRIMARY KEY (draft, subject)
);

-- One row for each veto that the machine proposed, or a human added.
CREATE TABLE reviewed_vetoes (
    draft       TEXT    NOT NULL REFERENCES reviews (draft) ON DELETE CASCADE,
    veto        TEXT    NOT NULL,
    proposed    BOOLEAN NOT NULL,
    carried_out BOOLEAN NOT NULL,
    reason      TEXT    NOT NULL,
    PRIMARY KEY (draft, veto)
);

-- Which repeats of a request are the same request.
CREATE TABLE idempotency_keys (
    sender TEXT   NOT NULL,
    key    TEXT   NOT NULL,
    digest TEXT   NOT NULL,
    draft  TEXT   NOT NULL REFERENCES drafts (id) ON DELETE CASCADE,
    at     BIGINT NOT NULL,
    PRIMARY KEY (sender, key)
);
CREATE INDEX idempotency_keys_by_time ON idempotency_keys (at);
CREATE INDEX idempotency_keys_by_draft ON idempotency_keys (draft);

CREATE TABLE people (
    id            TEXT    NOT NULL PRIMARY KEY,
    -- what they log in with
    login         TEXT    NOT NULL UNIQUE,
    name          TEXT    NOT NULL,
    role          TEXT    NOT NULL CHECK (role IN ('reviewer', 'lead', 'admin')),
    password_hash TEXT    NOT NULL,
    active        BOOLEAN NOT NULL,
    created_at    BIGINT  NOT NULL
);

CREATE TABLE sessions (
    -- SHA-256 of the secret in the cookie
    hash       TEXT   NOT NULL PRIMARY KEY,
    person     TEXT   NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    created_at BIGINT NOT NULL,
    seen_at    BIGINT NOT NULL
);
CREATE INDEX sessions_by_person ON sessions (person);

CREATE TABLE tokens (
    id           TEXT   NOT NULL PRIMARY KEY,
    -- the first letters, by which people know it
    prefix       TEXT   NOT NULL,
    -- SHA-256 of the whole
    hash         TEXT   NOT NULL UNIQUE,
    name         TEXT   NOT NULL,
    role         TEXT   NOT NULL CHECK (role IN ('machine', 'reviewer', 'lead', 'admin')),
    -- separated by spaces
    scopes       TEXT   NOT NULL,
    created_at   BIGINT NOT NULL,
    created_by   TEXT   NOT NULL,
    expires_at   BIGINT,
    last_used_at BIGINT,
    revoked_at   BIGINT
);

-- Who did what and why; each entry holds the hash of the one before.
CREATE TABLE audit (
    seq      BIGINT NOT NULL PRIMARY KEY,
    at       BIGINT NOT NULL,
    actor    TEXT   NOT NULL,
    action   TEXT   NOT NULL,
    subject  TEXT   NOT NULL,
    -- digests of what was changed
    before   TEXT   NOT NULL,
    after    TEXT   NOT NULL,
    why      TEXT   NOT NULL,
    previous TEXT   NOT NULL,
    hash     TEXT   NOT NULL
);

-- The end of the chain: whoever appends takes it first.
CREATE TABLE audit_head (
    id   BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
    seq  BIGINT NOT NULL,
    hash TEXT   NOT NULL
);
INSERT INTO audit_head (id, seq, hash) VALUES (1, 0, '');
