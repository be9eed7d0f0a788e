-- The reward half at its full size: stakeholders, vesting, debts, campaigns,
-- reversals, requests for tokens; and the people of the portal.

-- How many rows each long list has, so that its first page need not count them.
ALTER TABLE books ADD COLUMN users BIGINT NOT NULL DEFAULT 0;
ALTER TABLE books ADD COLUMN actions BIGINT NOT NULL DEFAULT 0;
ALTER TABLE books ADD COLUMN transactions BIGINT NOT NULL DEFAULT 0;
UPDATE books SET
    users = (SELECT COUNT(*) FROM users t WHERE t.partner_id = books.partner_id),
    actions = (SELECT COUNT(*) FROM actions t WHERE t.partner_id = books.partner_id),
    transactions = (SELECT COUNT(*) FROM transactions t WHERE t.partner_id = books.partner_id);

-- What users owe the pool; what went back to issuance when it expired; and by
-- what rule it is refilled. refill_day counts days since 1970.
ALTER TABLE pools ADD COLUMN receivable BIGINT NOT NULL DEFAULT 0;
ALTER TABLE pools ADD COLUMN expired BIGINT NOT NULL DEFAULT 0;
ALTER TABLE pools ADD COLUMN expiry_booked BIGINT NOT NULL DEFAULT 0;
ALTER TABLE pools ADD COLUMN refill_threshold BIGINT;
ALTER TABLE pools ADD COLUMN refill_amount BIGINT;
ALTER TABLE pools ADD COLUMN refill_per_day BIGINT;
ALTER TABLE pools ADD COLUMN refill_allowance BIGINT;
ALTER TABLE pools ADD COLUMN refill_day BIGINT NOT NULL DEFAULT 0;
ALTER TABLE pools ADD COLUMN refill_count BIGINT NOT NULL DEFAULT 0;
CREATE INDEX pools_expiring ON pools (expiry_booked, expires_at);

ALTER TABLE wallets ADD COLUMN transactions BIGINT NOT NULL DEFAULT 0;
UPDATE wallets SET transactions = (
    SELECT COUNT(*) FROM transactions t
    WHERE t.partner_id = wallets.partner_id AND t.user_id = wallets.user_id);

-- Who took part in an action. A user who was not found has no user_id.
CREATE TABLE stakeholders (
    partner_id TEXT NOT NULL,
    action_id TEXT NOT NULL,
    position BIGINT NOT NULL,
    type_code TEXT NOT NULL,
    external_id TEXT NOT NULL,
    user_id TEXT,
    transaction_id TEXT,
    tokens BIGINT NOT NULL,
    reversed BIGINT NOT NULL,
    vests_at BIGINT,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (partner_id, action_id, position)
);
CREATE INDEX stakeholders_of_user ON stakeholders (partner_id, external_id, created_at, action_id);
INSERT INTO stakeholders (partner_id, action_id, position, type_code, external_id, user_id,
        transaction_id, tokens, reversed, vests_at, created_at)
    SELECT t.partner_id, t.action_id, t.position, 'DONOR', u.external_id, u.id,
        t.id, t.amount, 0, t.vests_at, a.created_at
    FROM transactions t
    JOIN users u ON u.partner_id = t.partner_id AND u.id = t.user_id
    JOIN actions a ON a.partner_id = t.partner_id AND a.id = t.action_id
    WHERE t.type = 'CREDIT';

-- What is left of a credit that vests later.
CREATE TABLE vestings (
    partner_id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    vests_at BIGINT NOT NULL,
    action_id TEXT NOT NULL,
    position BIGINT NOT NULL,
    amount BIGINT NOT NULL,
    PRIMARY KEY (partner_id, user_id, vests_at, action_id, position)
);
INSERT INTO vestings (partner_id, user_id, vests_at, action_id, position, amount)
    SELECT partner_id, user_id, vests_at, action_id, position, amount
    FROM transactions WHERE type = 'CREDIT' AND vests_at IS NOT NULL;

-- What a user owes a pool, and since when.
CREATE TABLE debts (
    partner_id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    pool_id TEXT NOT NULL,
    owed BIGINT NOT NULL,
    since BIGINT NOT NULL,
    PRIMARY KEY (partner_id, user_id, pool_id)
);

-- multiplier is in ten-thousandths. start_told: campaign.started was told.
CREATE TABLE campaigns (
    partner_id TEXT NOT NULL REFERENCES partners (id),
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    description TEXT,
    status TEXT NOT NULL,
    action_types TEXT NOT NULL,
    multiplier BIGINT NOT NULL,
    tiers TEXT NOT NULL,
    splits TEXT NOT NULL,
    per_action_cap BIGINT,
    per_user_cap BIGINT,
    budget BIGINT,
    spent BIGINT NOT NULL,
    starts_at BIGINT,
    ends_at BIGINT,
    schedule TEXT NOT NULL,
    start_told BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (partner_id, id)
);
CREATE INDEX campaigns_newest ON campaigns (partner_id, created_at, id);
CREATE INDEX campaigns_of_status ON campaigns (status, partner_id);

-- What a user earned through a campaign, less what was reversed.
CREATE TABLE campaign_users (
    partner_id TEXT NOT NULL,
    campaign_id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    tokens BIGINT NOT NULL,
    PRIMARY KEY (partner_id, campaign_id, user_id)
);

-- key_space keeps the server's own keys apart from those that callers choose.
CREATE TABLE reversals (
    partner_id TEXT NOT NULL,
    id TEXT NOT NULL,
    action_id TEXT NOT NULL,
    key_space TEXT NOT NULL,
    idempotency_key TEXT NOT NULL,
    percent BIGINT NOT NULL,
    reason TEXT NOT NULL,
    status TEXT NOT NULL,
    tokens BIGINT NOT NULL,
    debt BIGINT NOT NULL,
    remaining BIGINT NOT NULL,
    transaction_ids TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (partner_id, id),
    UNIQUE (partner_id, key_space, idempotency_key)
);
CREATE INDEX reversals_of_action ON reversals (partner_id, action_id, created_at, id);

CREATE TABLE spends (
    partner_id TEXT NOT NULL,
    idempotency_key TEXT NOT NULL,
    transaction_id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    amount BIGINT NOT NULL,
    PRIMARY KEY (partner_id, idempotency_key)
);

-- Tokens that a partner asks the operator for.
CREATE TABLE pool_requests (
    partner_id TEXT NOT NULL REFERENCES partners (id),
    id TEXT NOT NULL,
    pool_id TEXT,
    amount BIGINT NOT NULL,
    reason TEXT NOT NULL,
    status TEXT NOT NULL,
    decided_at BIGINT,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (partner_id, id)
);
CREATE INDEX pool_requests_newest ON pool_requests (partner_id, created_at, id);

-- Looked up by e-mail address, before the partner is known.
CREATE TABLE portal_users (
    id TEXT NOT NULL PRIMARY KEY,
    partner_id TEXT REFERENCES partners (id),
    email TEXT NOT NULL,
    email_folded TEXT NOT NULL UNIQUE,
    password_hash TEXT NOT NULL,
    first_name TEXT,
    last_name TEXT,
    role TEXT NOT NULL,
    created_at BIGINT NOT NULL
);

-- The tables to which every action adds rows, without references to others: the
-- ledger's writer alone adds to them, the audit compares them, and a database
-- that looks each reference up takes half as long again. The audit walks entries
-- by transaction; nothing reads them by account.
CREATE TABLE new_entries (
    partner_id TEXT NOT NULL,
    transaction_id TEXT NOT NULL,
    position BIGINT NOT NULL,
    account_kind TEXT NOT NULL,
    account_id TEXT NOT NULL,
    unit TEXT NOT NULL,
    amount BIGINT NOT NULL,
    PRIMARY KEY (partner_id, transaction_id, position)
);
INSERT INTO new_entries SELECT * FROM entries;
DROP TABLE entries;
ALTER TABLE new_entries RENAME TO entries;

CREATE TABLE new_transactions (
    partner_id TEXT NOT NULL,
    id TEXT NOT NULL,
    type TEXT NOT NULL,
    amount BIGINT NOT NULL,
    user_id TEXT,
    pool_id TEXT,
    action_id TEXT,
    position BIGINT NOT NULL,
    vests_at BIGINT,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (partner_id, id)
);
INSERT INTO new_transactions SELECT * FROM transactions;
DROP TABLE transactions;
ALTER TABLE new_transactions RENAME TO transactions;
CREATE INDEX transactions_newest ON transactions (partner_id, created_at, id);
CREATE INDEX transactions_of_action ON transactions (partner_id, action_id, position);
CREATE INDEX transactions_of_user ON transactions (partner_id, user_id, created_at, id);

CREATE TABLE new_events (
    partner_id TEXT NOT NULL,
    commit_number BIGINT NOT NULL,
    position BIGINT NOT NULL,
    id TEXT NOT NULL,
    type TEXT NOT NULL,
    data TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (partner_id, commit_number, position)
);
INSERT INTO new_events SELECT * FROM events;
DROP TABLE events;
ALTER TABLE new_events RENAME TO events;

CREATE TABLE new_actions (
    partner_id TEXT NOT NULL,
    id TEXT NOT NULL,
    key_space TEXT NOT NULL,
    idempotency_key TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    action_type TEXT NOT NULL,
    amount_minor BIGINT NOT NULL,
    currency TEXT NOT NULL,
    status TEXT NOT NULL,
    error_code TEXT,
    tokens BIGINT NOT NULL,
    -- In hundredths of a percent.
    reversed_percent BIGINT NOT NULL,
    tokens_reversed BIGINT NOT NULL,
    pool_id TEXT,
    campaign_id TEXT,
    metadata TEXT NOT NULL,
    donation_id TEXT,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (partner_id, id),
    UNIQUE (partner_id, key_space, idempotency_key)
);
INSERT INTO new_actions (partner_id, id, key_space, idempotency_key, fingerprint, action_type, amount_minor,
        currency, status, error_code, tokens, reversed_percent, tokens_reversed, pool_id, metadata,
        donation_id, created_at)
    SELECT partner_id, id, key_space, idempotency_key, fingerprint, action_type, amount_minor,
        currency, status, error_code, tokens, 0, 0,
        (SELECT MIN(t.pool_id) FROM transactions t
         WHERE t.partner_id = actions.partner_id AND t.action_id = actions.id), '{}',
        donation_id, created_at
    FROM actions;
DROP TABLE actions;
ALTER TABLE new_actions RENAME TO actions;
CREATE INDEX actions_newest ON actions (partner_id, created_at, id);
CREATE INDEX actions_of_campaign ON actions (partner_id, campaign_id, created_at, id)
    WHERE campaign_id IS NOT NULL;
