-- Large bulk: received whole first, then worked through line by line.
CREATE TABLE jobs (
    id           TEXT    NOT NULL PRIMARY KEY,
    sender       TEXT    NOT NULL,
    -- the mark by which the sender knows the request again, and the digest of what it brought
    key          TEXT,
    digest       TEXT    NOT NULL,
    rubric       TEXT,
    all_rules    BOOLEAN NOT NULL,
    state        TEXT    NOT NULL CHECK (state IN ('receiving', 'waiting', 'running', 'done')),
    lines        BIGINT  NOT NULL,
    kept         BIGINT  NOT NULL,
    refused      BIGINT  NOT NULL,
    created_at   BIGINT  NOT NULL,
    finished_at  BIGINT,
    -- until when the server that receives it or works on it has it to itself
    leased_until BIGINT  NOT NULL,
    UNIQUE (sender, key)
);
CREATE INDEX jobs_by_state ON jobs (state, id);

CREATE TABLE job_lines (
    job   TEXT   NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
    line  BIGINT NOT NULL,
    state TEXT   NOT NULL CHECK (state IN ('waiting', 'kept', 'refused')),
    -- of the draft, where the line was kept; without a reference, since the draft may be erased before the job
    draft TEXT,
    -- the refusal as JSON, where it was not
    error TEXT,
    -- compressed; emptied as soon as the line is done
    body  {bytes} NOT NULL,
    PRIMARY KEY (job, line)
);
CREATE INDEX job_lines_by_state ON job_lines (job, state, line);
