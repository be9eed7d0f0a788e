-- Signing in, one-time links, mail, and keys whose secrets can be changed.

-- Somebody of an outside issuer is known by (issuer, subject) alone: such a user
-- has no password, and an address that is no login name, so email_folded is null.
CREATE TABLE new_portal_users (
    id TEXT NOT NULL PRIMARY KEY,
    partner_id TEXT REFERENCES partners (id),
    email TEXT,
    email_folded TEXT UNIQUE,
    password_hash TEXT,
    issuer TEXT,
    subject TEXT,
    first_name TEXT,
    last_name TEXT,
    role TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    UNIQUE (issuer, subject)
);
INSERT INTO new_portal_users (id, partner_id, email, email_folded, password_hash, first_name, last_name, role,
        created_at)
    SELECT id, partner_id, email, email_folded, password_hash, first_name, last_name, role, created_at
    FROM portal_users;
DROP TABLE portal_users;
ALTER TABLE new_portal_users RENAME TO portal_users;

-- A sign-in. Of its refresh tokens only the newest is good, and only its hash is
-- kept; one of the others ends the sign-in.
CREATE TABLE sessions (
    id TEXT NOT NULL PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES portal_users (id),
    token_hash TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX sessions_of_user ON sessions (user_id);
CREATE INDEX sessions_ending ON sessions (expires_at);

-- What was tried in vain for an account or from an address, by its hash, since
-- the first of those that count.
CREATE TABLE sign_in_failures (
    subject TEXT NOT NULL PRIMARY KEY,
    failures BIGINT NOT NULL,
    since BIGINT NOT NULL
);
CREATE INDEX sign_in_failures_oldest ON sign_in_failures (since);

-- One-time links. That of an invitation has no token until its mail is written.
CREATE TABLE password_links (
    token_hash TEXT NOT NULL PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES portal_users (id),
    expires_at BIGINT NOT NULL
);
CREATE INDEX password_links_of_user ON password_links (user_id);
CREATE INDEX password_links_ending ON password_links (expires_at);

CREATE TABLE invitations (
    partner_id TEXT NOT NULL REFERENCES partners (id),
    id TEXT NOT NULL,
    email TEXT NOT NULL,
    email_folded TEXT NOT NULL,
    role TEXT NOT NULL,
    first_name TEXT,
    last_name TEXT,
    token_hash TEXT UNIQUE,
    expires_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (partner_id, id),
    UNIQUE (partner_id, email_folded)
);
CREATE INDEX invitations_ending ON invitations (expires_at);

-- What is to be mailed: only what it is about. It is written when it is sent, so
-- that no link lies here. Claimed by a lease, as jobs are.
CREATE TABLE mails (
    id TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    partner_id TEXT REFERENCES partners (id),
    subject_id TEXT NOT NULL,
    due_at BIGINT NOT NULL,
    leased_until BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    give_up_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX mails_due ON mails (due_at);

-- The secrets before the present ones, for as long as they are still good; and
-- whether a key was ended for good. All keys that were inactive had been.
ALTER TABLE keys ADD COLUMN previous_secret_hash TEXT;
ALTER TABLE keys ADD COLUMN previous_hmac_secret_sealed TEXT;
ALTER TABLE keys ADD COLUMN previous_until BIGINT;
ALTER TABLE keys ADD COLUMN is_revoked BIGINT NOT NULL DEFAULT 0;
UPDATE keys SET is_revoked = 1 WHERE is_active = 0;
CREATE UNIQUE INDEX keys_previous ON keys (previous_secret_hash) WHERE previous_secret_hash IS NOT NULL;
CREATE INDEX keys_newest ON keys (partner_id, created_at, id);

-- Apart from keys, whose every change makes all processes read them again.
CREATE TABLE key_uses (
    partner_id TEXT NOT NULL,
    key_id TEXT NOT NULL,
    last_used_at BIGINT NOT NULL,
    PRIMARY KEY (partner_id, key_id)
);
