-- By what a person's traces are found when the person is to be erased, without
-- a walk over all gifts and answers. Gifts are also listed by address.

ALTER TABLE donations ADD COLUMN donor_email_folded TEXT;
UPDATE donations SET donor_email_folded = LOWER(donor_email);
CREATE INDEX donations_of_email ON donations (partner_id, donor_email_folded, created_at, id)
    WHERE donor_email_folded IS NOT NULL;
CREATE INDEX donations_of_user ON donations (partner_id, external_user_id, created_at, id)
    WHERE external_user_id IS NOT NULL;

-- What an answer that is kept tells of, such as a user.
ALTER TABLE replays ADD COLUMN subject_id TEXT;
CREATE INDEX replays_of_subject ON replays (partner_id, subject_id) WHERE subject_id IS NOT NULL;
