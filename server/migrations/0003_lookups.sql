-- What else is looked up, so that no list and no erasure walks past a million
-- rows to find a few.

-- A person's traces, when the person is erased. Gifts are also listed by address.
ALTER TABLE donations ADD COLUMN donor_email_folded TEXT;
UPDATE donations SET donor_email_folded = LOWER(donor_email);
CREATE INDEX donations_of_email ON donations (partner_id, donor_email_folded, created_at, id)
    WHERE donor_email_folded IS NOT NULL;
CREATE INDEX donations_of_user ON donations (partner_id, external_user_id)
    WHERE external_user_id IS NOT NULL;

-- What an answer that is kept tells of, such as a user.
ALTER TABLE replays ADD COLUMN subject_id TEXT;
CREATE INDEX replays_of_subject ON replays (partner_id, subject_id) WHERE subject_id IS NOT NULL;

-- The transactions of a pool, and those of a rare type. Credits are the bulk:
-- among the newest there always are some, and they are spared a further index.
CREATE INDEX transactions_of_pool ON transactions (partner_id, pool_id, created_at, id);
CREATE INDEX transactions_of_type ON transactions (partner_id, type, created_at, id)
    WHERE type <> 'CREDIT';
