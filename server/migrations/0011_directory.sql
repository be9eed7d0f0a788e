-- The directory of nonprofits, imported by the million and searched.

-- `country` is two letters (ISO 3166-1). An organization keeps its number; its revision
-- is the number of its last change. Both are drawn from one counter, so that whoever
-- keeps the names in memory reads only what has changed since.
ALTER TABLE organizations ADD COLUMN city TEXT;
ALTER TABLE organizations ADD COLUMN state TEXT;
ALTER TABLE organizations ADD COLUMN country TEXT NOT NULL DEFAULT 'US';
ALTER TABLE organizations ADD COLUMN number BIGINT;
ALTER TABLE organizations ADD COLUMN revision BIGINT;

UPDATE organizations
    SET number = (SELECT COUNT(*) FROM organizations older WHERE older.id <= organizations.id);
UPDATE organizations SET revision = number;
-- Further words to find it by stand after a tab.
UPDATE organizations SET name_folded = name_folded || '	' || slug;
INSERT INTO settings (id, value)
    SELECT 'directory_revision', CAST(COUNT(*) AS TEXT) FROM organizations;

CREATE UNIQUE INDEX organizations_by_ein ON organizations (ein);
CREATE UNIQUE INDEX organizations_by_number ON organizations (number);
CREATE UNIQUE INDEX organizations_by_revision ON organizations (revision);

-- How far the import of a file has come, in the transaction of its rows: killed, it
-- goes on from there. A row goes when its file is done.
CREATE TABLE imports (
    digest TEXT NOT NULL PRIMARY KEY,
    bytes_done BIGINT NOT NULL,
    lines_done BIGINT NOT NULL,
    added BIGINT NOT NULL,
    changed BIGINT NOT NULL,
    unchanged BIGINT NOT NULL,
    refused BIGINT NOT NULL
);
