-- Donation sessions: each an invitation to give once to one nonprofit. Its page is
-- looked up by token. user_id is the user's external_id; donation_id is the gift that
-- completed it. Whether it has expired is judged when it is read.
CREATE TABLE donation_sessions (
    partner_id TEXT NOT NULL REFERENCES partners (id),
    id TEXT NOT NULL,
    token TEXT NOT NULL UNIQUE,
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    user_id TEXT,
    success_url TEXT,
    language TEXT NOT NULL,
    currency TEXT,
    metadata TEXT,
    donation_id TEXT,
    expires_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (partner_id, id)
);
CREATE INDEX donation_sessions_newest ON donation_sessions (partner_id, created_at, id);
CREATE INDEX donation_sessions_of_user ON donation_sessions (partner_id, user_id);
ALTER TABLE books ADD COLUMN donation_sessions BIGINT NOT NULL DEFAULT 0;

-- A gift of a session, and its id in the Percent dialect, where it is shown once it
-- is paid.
ALTER TABLE donations ADD COLUMN session_id TEXT;
ALTER TABLE donations ADD COLUMN percent_id TEXT;
CREATE UNIQUE INDEX donations_percent_id ON donations (partner_id, percent_id);
CREATE INDEX donations_of_sessions ON donations (partner_id, paid_at, percent_id)
    WHERE percent_id IS NOT NULL;

-- Each dialect remembers an Idempotency-Key for a time of its own.
ALTER TABLE replays ADD COLUMN kept_until BIGINT NOT NULL DEFAULT 0;
UPDATE replays SET kept_until = created_at + 86400000;
CREATE INDEX replays_ending ON replays (kept_until);
DROP INDEX replays_oldest;
