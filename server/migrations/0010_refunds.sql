-- What was given back of gifts, tips included. The idempotency key is remembered
-- for good; fingerprint is a hash of the request.
ALTER TABLE donations ADD COLUMN amount_refunded BIGINT NOT NULL DEFAULT 0;

CREATE TABLE refunds (
    partner_id TEXT NOT NULL,
    id TEXT NOT NULL,
    donation_id TEXT NOT NULL,
    idempotency_key TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    amount BIGINT NOT NULL,
    -- By this one and those before it.
    amount_refunded BIGINT NOT NULL,
    status TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (partner_id, id),
    UNIQUE (partner_id, idempotency_key),
    FOREIGN KEY (partner_id, donation_id) REFERENCES donations (partner_id, id)
);
CREATE INDEX refunds_of_donation ON refunds (partner_id, donation_id);
