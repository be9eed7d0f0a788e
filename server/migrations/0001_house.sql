-- One schema for SQLite and PostgreSQL: TEXT and BIGINT only, flags are 0 or 1,
-- times are milliseconds since 1970, amounts are whole minor units or tokens.
-- partner_id leads every key of partner data.

CREATE TABLE settings (
    id TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
);

CREATE TABLE partners (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    slug TEXT NOT NULL UNIQUE,
    status TEXT NOT NULL,
    tier TEXT NOT NULL,
    features TEXT NOT NULL,
    config TEXT NOT NULL,
    created_at BIGINT NOT NULL
);

-- The one row of a partner that every writer of its ledger and events locks
-- first. commit_number orders its events.
CREATE TABLE books (
    partner_id TEXT NOT NULL PRIMARY KEY REFERENCES partners (id),
    commit_number BIGINT NOT NULL
);

-- Looked up by public_key or secret_hash, before the partner is known.
CREATE TABLE keys (
    partner_id TEXT NOT NULL REFERENCES partners (id),
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    public_key TEXT NOT NULL UNIQUE,
    secret_hash TEXT UNIQUE,
    secret_last4 TEXT,
    hmac_secret_sealed TEXT NOT NULL,
    scopes TEXT,
    is_active BIGINT NOT NULL,
    expires_at BIGINT,
    ip_allowlist TEXT NOT NULL,
    allowed_origins TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (partner_id, id)
);

-- Known to each dialect by an id of its own form.
CREATE TABLE organizations (
    id TEXT NOT NULL PRIMARY KEY,
    percent_id TEXT NOT NULL UNIQUE,
    endaoment_id TEXT NOT NULL UNIQUE,
    slug TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    name_folded TEXT NOT NULL,
    ein TEXT,
    logo TEXT,
    status TEXT NOT NULL,
    description TEXT,
    website TEXT,
    location TEXT,
    category TEXT
);

CREATE TABLE users (
    partner_id TEXT NOT NULL REFERENCES partners (id),
    id TEXT NOT NULL,
    external_id TEXT NOT NULL,
    email TEXT,
    email_folded TEXT,
    first_name TEXT,
    last_name TEXT,
    metadata TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (partner_id, id),
    UNIQUE (partner_id, external_id)
);
CREATE INDEX users_newest ON users (partner_id, created_at, id);
CREATE INDEX users_email ON users (partner_id, email_folded, created_at, id);

CREATE TABLE pools (
    partner_id TEXT NOT NULL REFERENCES partners (id),
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    is_active BIGINT NOT NULL,
    balance BIGINT NOT NULL,
    allocated BIGINT NOT NULL,
    distributed BIGINT NOT NULL,
    reversed BIGINT NOT NULL,
    low_balance_threshold BIGINT,
    low_balance_told BIGINT NOT NULL,
    vesting_days BIGINT NOT NULL,
    expires_at BIGINT,
    action_types TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (partner_id, id)
);

CREATE TABLE wallets (
    partner_id TEXT NOT NULL REFERENCES partners (id),
    user_id TEXT NOT NULL,
    balance BIGINT NOT NULL,
    debt BIGINT NOT NULL,
    lifetime_earned BIGINT NOT NULL,
    lifetime_reversed BIGINT NOT NULL,
    PRIMARY KEY (partner_id, user_id),
    FOREIGN KEY (partner_id, user_id) REFERENCES users (partner_id, id)
);

-- key_space keeps the server's own keys apart from those that callers choose.
CREATE TABLE actions (
    partner_id TEXT NOT NULL REFERENCES partners (id),
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
    donation_id TEXT,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (partner_id, id),
    UNIQUE (partner_id, key_space, idempotency_key)
);
CREATE INDEX actions_newest ON actions (partner_id, created_at, id);

CREATE TABLE transactions (
    partner_id TEXT NOT NULL REFERENCES partners (id),
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
CREATE INDEX transactions_newest ON transactions (partner_id, created_at, id);
CREATE INDEX transactions_of_action ON transactions (partner_id, action_id, position);
CREATE INDEX transactions_of_user ON transactions (partner_id, user_id, created_at, id);

-- What an account gained (positive) or gave (negative). Never changed, never
-- deleted; those of one transaction add up to zero in each unit.
CREATE TABLE entries (
    partner_id TEXT NOT NULL,
    transaction_id TEXT NOT NULL,
    position BIGINT NOT NULL,
    account_kind TEXT NOT NULL,
    account_id TEXT NOT NULL,
    unit TEXT NOT NULL,
    amount BIGINT NOT NULL,
    PRIMARY KEY (partner_id, transaction_id, position),
    FOREIGN KEY (partner_id, transaction_id) REFERENCES transactions (partner_id, id)
);
CREATE INDEX entries_of_account ON entries (partner_id, account_kind, account_id);

-- Numbered by commit, so that readers can follow with a cursor.
CREATE TABLE events (
    partner_id TEXT NOT NULL REFERENCES partners (id),
    commit_number BIGINT NOT NULL,
    position BIGINT NOT NULL,
    id TEXT NOT NULL,
    type TEXT NOT NULL,
    data TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (partner_id, commit_number, position)
);

-- Looked up by checkout_token where the donor pays.
CREATE TABLE donations (
    partner_id TEXT NOT NULL REFERENCES partners (id),
    id TEXT NOT NULL,
    checkout_token TEXT NOT NULL UNIQUE,
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    amount BIGINT NOT NULL,
    tip_amount BIGINT NOT NULL,
    currency TEXT NOT NULL,
    frequency TEXT NOT NULL,
    provider TEXT NOT NULL,
    donor_email TEXT,
    first_name TEXT,
    last_name TEXT,
    referral_code TEXT,
    external_user_id TEXT,
    success_url TEXT,
    cancel_url TEXT,
    locale TEXT,
    metadata TEXT NOT NULL,
    idempotency_key TEXT,
    fingerprint TEXT NOT NULL,
    status TEXT NOT NULL,
    reward_status TEXT NOT NULL,
    reward_rate BIGINT,
    tokens_awarded BIGINT NOT NULL,
    paid_at BIGINT,
    expires_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (partner_id, id),
    UNIQUE (partner_id, idempotency_key)
);
CREATE INDEX donations_newest ON donations (partner_id, created_at, id);
CREATE INDEX donations_raised ON donations (partner_id, organization_id, status, currency);
CREATE INDEX donations_expiring ON donations (status, expires_at);

-- What must still be done outside a request. Claimed by a lease, so that a
-- killed process's work is taken over.
CREATE TABLE jobs (
    kind TEXT NOT NULL,
    partner_id TEXT NOT NULL REFERENCES partners (id),
    subject_id TEXT NOT NULL,
    due_at BIGINT NOT NULL,
    leased_until BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    give_up_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (partner_id, kind, subject_id)
);
CREATE INDEX jobs_due ON jobs (kind, due_at);

-- The first answers of calls under an Idempotency-Key.
CREATE TABLE replays (
    partner_id TEXT NOT NULL REFERENCES partners (id),
    idempotency_key TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    answer TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (partner_id, idempotency_key)
);
CREATE INDEX replays_oldest ON replays (created_at);
