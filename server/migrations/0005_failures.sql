-- The codes with which an action has failed, a JSON array: each is told once.
ALTER TABLE actions ADD COLUMN failures TEXT NOT NULL DEFAULT '[]';
UPDATE actions SET failures = '["' || error_code || '"]' WHERE error_code IS NOT NULL;
