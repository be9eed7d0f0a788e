-- What partners are shown of themselves without walking over all that they did,
-- and what their keys have left.

-- Up to which commit of a partner its events are added up in the two tables
-- below; what came after is added when it is read.
CREATE TABLE activity_folds (
    partner_id TEXT NOT NULL PRIMARY KEY,
    commit_number BIGINT NOT NULL
);

-- What was done on a day, counted from 1970. users took part on that day;
-- last_users did so and have not since.
CREATE TABLE activity_days (
    partner_id TEXT NOT NULL,
    day BIGINT NOT NULL,
    actions BIGINT NOT NULL,
    tokens BIGINT NOT NULL,
    reversed BIGINT NOT NULL,
    users BIGINT NOT NULL,
    last_users BIGINT NOT NULL,
    PRIMARY KEY (partner_id, day)
);

-- The same of each user who took part.
CREATE TABLE user_days (
    partner_id TEXT NOT NULL,
    day BIGINT NOT NULL,
    user_id TEXT NOT NULL,
    actions BIGINT NOT NULL,
    tokens BIGINT NOT NULL,
    PRIMARY KEY (partner_id, day, user_id)
);

-- What there is already, by the day on which the action was tried first.
INSERT INTO user_days (partner_id, day, user_id, actions, tokens)
    SELECT a.partner_id, a.created_at / 86400000, s.user_id, COUNT(DISTINCT a.id), CAST(SUM(s.tokens) AS BIGINT)
    FROM actions a
    JOIN stakeholders s ON s.partner_id = a.partner_id AND s.action_id = a.id
    WHERE a.status <> 'FAILED' AND s.user_id IS NOT NULL
    GROUP BY a.partner_id, a.created_at / 86400000, s.user_id;
-- It holds all that the best earners of a time are found by.
CREATE INDEX user_days_of_user ON user_days (partner_id, user_id, day, actions, tokens);
INSERT INTO activity_days (partner_id, day, actions, tokens, reversed, users, last_users)
    SELECT a.partner_id, a.created_at / 86400000, COUNT(*), CAST(SUM(a.tokens) AS BIGINT), 0, 0, 0
    FROM actions a WHERE a.status <> 'FAILED'
    GROUP BY a.partner_id, a.created_at / 86400000;
INSERT INTO activity_days (partner_id, day, actions, tokens, reversed, users, last_users)
    SELECT partner_id, created_at / 86400000, 0, 0, CAST(SUM(tokens) AS BIGINT), 0, 0
    FROM reversals GROUP BY partner_id, created_at / 86400000
    ON CONFLICT (partner_id, day) DO UPDATE SET reversed = excluded.reversed;
UPDATE activity_days SET
    users = (SELECT COUNT(*) FROM user_days d
        WHERE d.partner_id = activity_days.partner_id AND d.day = activity_days.day),
    last_users = (SELECT COUNT(*) FROM (
            SELECT x.partner_id, x.user_id, MAX(x.day) AS day FROM user_days x GROUP BY x.partner_id, x.user_id) l
        WHERE l.partner_id = activity_days.partner_id AND l.day = activity_days.day);
INSERT INTO activity_folds (partner_id, commit_number) SELECT partner_id, commit_number FROM books;

-- Actions that failed are few, and counted as they stand.
CREATE INDEX actions_failed ON actions (partner_id, created_at) WHERE status = 'FAILED';
