-- Where partners want to be told of events, and what became of each telling.

-- All events up to (cursor_commit, cursor_position) have their deliveries.
-- leased_by is the process that delivers. A webhook with deleted_at is gone for
-- its partner; it stays until its deliveries are cleared away.
CREATE TABLE webhooks (
    partner_id TEXT NOT NULL REFERENCES partners (id),
    id TEXT NOT NULL,
    url TEXT NOT NULL,
    event_types TEXT NOT NULL,
    receive_all_events BIGINT NOT NULL,
    description TEXT,
    header_names TEXT NOT NULL,
    headers_sealed TEXT,
    ordered BIGINT NOT NULL,
    secret_sealed TEXT NOT NULL,
    previous_secret_sealed TEXT,
    previous_secret_until BIGINT,
    is_active BIGINT NOT NULL,
    failing_since BIGINT,
    disabled_at BIGINT,
    cursor_commit BIGINT NOT NULL,
    cursor_position BIGINT NOT NULL,
    leased_by TEXT NOT NULL,
    leased_until BIGINT NOT NULL,
    deleted_at BIGINT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (partner_id, id)
);
CREATE INDEX webhooks_newest ON webhooks (partner_id, created_at, id);
CREATE INDEX webhooks_deleted ON webhooks (deleted_at) WHERE deleted_at IS NOT NULL;

-- The body is that of the event at (commit_number, position). attempts counts
-- all, tries those since the delivery was last begun. Pending ones are due at
-- due_at, unless the process that holds the webhook's lease is at them already.
CREATE TABLE deliveries (
    partner_id TEXT NOT NULL,
    id TEXT NOT NULL,
    webhook_id TEXT NOT NULL,
    event_id TEXT NOT NULL,
    event_type TEXT NOT NULL,
    commit_number BIGINT NOT NULL,
    position BIGINT NOT NULL,
    status TEXT NOT NULL,
    attempts BIGINT NOT NULL,
    tries BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    response_status BIGINT,
    response_ms BIGINT,
    response_body TEXT,
    created_at BIGINT NOT NULL,
    delivered_at BIGINT,
    PRIMARY KEY (partner_id, id)
);
CREATE INDEX deliveries_newest ON deliveries (partner_id, webhook_id, created_at, id);
CREATE INDEX deliveries_due ON deliveries (partner_id, webhook_id, due_at) WHERE status = 'PENDING';

-- Spans of time whose events are delivered once more; those up to the cursor
-- have been.
CREATE TABLE webhook_replays (
    partner_id TEXT NOT NULL,
    webhook_id TEXT NOT NULL,
    id TEXT NOT NULL,
    event_types TEXT,
    from_time BIGINT NOT NULL,
    to_time BIGINT NOT NULL,
    cursor_commit BIGINT NOT NULL,
    cursor_position BIGINT NOT NULL,
    last_commit BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (partner_id, webhook_id, id)
);
