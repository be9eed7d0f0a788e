-- Funds of donors, as Endaoment's platforms know them: people with names and
-- addresses, funds, pledges, grants, and reports of nonprofits that the directory
-- lacks. Amounts are whole millionths of a US dollar.

-- provisioned_at: since when the person's name and address are known. address is
-- JSON, and never shown in another dialect.
ALTER TABLE users ADD COLUMN endaoment_id TEXT;
ALTER TABLE users ADD COLUMN provisioned_at BIGINT;
ALTER TABLE users ADD COLUMN address TEXT;
CREATE UNIQUE INDEX users_endaoment ON users (partner_id, endaoment_id) WHERE endaoment_id IS NOT NULL;

CREATE TABLE funds (
    partner_id TEXT NOT NULL REFERENCES partners (id),
    id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    name TEXT NOT NULL,
    type TEXT NOT NULL,
    description TEXT NOT NULL,
    account_identifier TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (partner_id, id),
    UNIQUE (partner_id, account_identifier),
    FOREIGN KEY (partner_id, user_id) REFERENCES users (partner_id, id)
);

-- The account of a fund in the ledger, whose entries have the unit MICRO_USD.
CREATE TABLE fund_balances (
    partner_id TEXT NOT NULL,
    fund_id TEXT NOT NULL,
    balance BIGINT NOT NULL,
    pledged BIGINT NOT NULL,
    transferred BIGINT NOT NULL,
    granted BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (partner_id, fund_id),
    FOREIGN KEY (partner_id, fund_id) REFERENCES funds (partner_id, id)
);

-- What moved in a fund. They stand apart from the transactions of tokens, whose
-- lists never show them; the entries of both stand in one table.
CREATE TABLE fund_transactions (
    partner_id TEXT NOT NULL,
    id TEXT NOT NULL,
    type TEXT NOT NULL,
    fund_id TEXT NOT NULL,
    amount BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (partner_id, id)
);
CREATE INDEX fund_transactions_of_fund ON fund_transactions (partner_id, fund_id, created_at, id);

-- stock says, as JSON, what was sold; it is NULL for cash.
CREATE TABLE pledges (
    partner_id TEXT NOT NULL,
    id TEXT NOT NULL,
    idempotency_key TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    operation_id TEXT NOT NULL,
    fund_id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    amount BIGINT NOT NULL,
    stock TEXT,
    transaction_id TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (partner_id, id),
    UNIQUE (partner_id, idempotency_key),
    UNIQUE (partner_id, operation_id)
);
CREATE INDEX pledges_of_fund ON pledges (partner_id, fund_id, created_at, id);

CREATE TABLE grant_submissions (
    partner_id TEXT NOT NULL,
    id TEXT NOT NULL,
    idempotency_key TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    fund_id TEXT NOT NULL,
    transfer_id TEXT NOT NULL,
    amount BIGINT NOT NULL,
    source_account TEXT NOT NULL,
    destination_account TEXT NOT NULL,
    settled_at BIGINT NOT NULL,
    transaction_id TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (partner_id, id),
    UNIQUE (partner_id, idempotency_key),
    UNIQUE (partner_id, transfer_id)
);
CREATE INDEX grant_submissions_of_fund ON grant_submissions (partner_id, fund_id, created_at, id);

CREATE TABLE grants (
    partner_id TEXT NOT NULL,
    submission_id TEXT NOT NULL,
    position BIGINT NOT NULL,
    id TEXT NOT NULL,
    fund_id TEXT NOT NULL,
    organization_id TEXT NOT NULL,
    amount BIGINT NOT NULL,
    instructions TEXT,
    hides_donor BIGINT NOT NULL,
    transaction_id TEXT NOT NULL,
    PRIMARY KEY (partner_id, submission_id, position),
    UNIQUE (partner_id, id)
);
CREATE INDEX grants_of_fund ON grants (partner_id, fund_id);

-- What a partner missed in the directory.
CREATE TABLE organization_reports (
    partner_id TEXT NOT NULL REFERENCES partners (id),
    id TEXT NOT NULL,
    ein TEXT NOT NULL,
    name TEXT NOT NULL,
    website TEXT,
    address TEXT,
    contact_email TEXT,
    notes TEXT,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (partner_id, id),
    UNIQUE (partner_id, ein)
);
