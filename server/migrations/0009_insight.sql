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

-- The same of what was done under a campaign, by the day on which the action was
-- tried first, as its list shows it; and who took part.
CREATE TABLE campaign_days (
    partner_id TEXT NOT NULL,
    campaign_id TEXT NOT NULL,
    day BIGINT NOT NULL,
    action_type TEXT NOT NULL,
    actions BIGINT NOT NULL,
    tokens BIGINT NOT NULL,
    PRIMARY KEY (partner_id, campaign_id, day, action_type)
);
INSERT INTO campaign_days (partner_id, campaign_id, day, action_type, actions, tokens)
    SELECT partner_id, campaign_id, created_at / 86400000, action_type, COUNT(*), CAST(SUM(tokens) AS BIGINT)
    FROM actions WHERE campaign_id IS NOT NULL AND status <> 'FAILED'
    GROUP BY partner_id, campaign_id, created_at / 86400000, action_type;
CREATE TABLE campaign_user_days (
    partner_id TEXT NOT NULL,
    campaign_id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    day BIGINT NOT NULL,
    PRIMARY KEY (partner_id, campaign_id, user_id, day)
);
INSERT INTO campaign_user_days (partner_id, campaign_id, user_id, day)
    SELECT DISTINCT a.partner_id, a.campaign_id, s.user_id, a.created_at / 86400000
    FROM actions a
    JOIN stakeholders s ON s.partner_id = a.partner_id AND s.action_id = a.id
    WHERE a.campaign_id IS NOT NULL AND a.status <> 'FAILED' AND s.user_id IS NOT NULL;
INSERT INTO activity_folds (partner_id, commit_number) SELECT partner_id, commit_number FROM books;

-- Actions that failed are few, and counted as they stand.
CREATE INDEX actions_failed ON actions (partner_id, created_at) WHERE status = 'FAILED';

-- The calls of a key: of an hour or of a day (span), whose first moment is
-- start. b0 to b31 count them by how long they took; errors are among requests.
CREATE TABLE usage (
    partner_id TEXT NOT NULL,
    span TEXT NOT NULL,
    start BIGINT NOT NULL,
    method TEXT NOT NULL,
    path TEXT NOT NULL,
    key_id TEXT NOT NULL,
    requests BIGINT NOT NULL,
    errors BIGINT NOT NULL,
    b0 BIGINT NOT NULL,
    b1 BIGINT NOT NULL,
    b2 BIGINT NOT NULL,
    b3 BIGINT NOT NULL,
    b4 BIGINT NOT NULL,
    b5 BIGINT NOT NULL,
    b6 BIGINT NOT NULL,
    b7 BIGINT NOT NULL,
    b8 BIGINT NOT NULL,
    b9 BIGINT NOT NULL,
    b10 BIGINT NOT NULL,
    b11 BIGINT NOT NULL,
    b12 BIGINT NOT NULL,
    b13 BIGINT NOT NULL,
    b14 BIGINT NOT NULL,
    b15 BIGINT NOT NULL,
    b16 BIGINT NOT NULL,
    b17 BIGINT NOT NULL,
    b18 BIGINT NOT NULL,
    b19 BIGINT NOT NULL,
    b20 BIGINT NOT NULL,
    b21 BIGINT NOT NULL,
    b22 BIGINT NOT NULL,
    b23 BIGINT NOT NULL,
    b24 BIGINT NOT NULL,
    b25 BIGINT NOT NULL,
    b26 BIGINT NOT NULL,
    b27 BIGINT NOT NULL,
    b28 BIGINT NOT NULL,
    b29 BIGINT NOT NULL,
    b30 BIGINT NOT NULL,
    b31 BIGINT NOT NULL,
    PRIMARY KEY (partner_id, span, start, method, path, key_id)
);
CREATE INDEX usage_oldest ON usage (span, start);

-- By how many seconds a timestamp that was signed with a key was ahead of the
-- server's clock, or (negative) behind, when it was furthest off of late.
CREATE TABLE key_clocks (
    partner_id TEXT NOT NULL,
    key_id TEXT NOT NULL,
    ahead_s BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    PRIMARY KEY (partner_id, key_id)
);

-- How many of an hour's calls of a key its processes have taken for themselves,
-- and how many the last of them took. Hours are counted from 1970.
CREATE TABLE rate_hours (
    partner_id TEXT NOT NULL,
    key_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    hour BIGINT NOT NULL,
    leased BIGINT NOT NULL,
    granted BIGINT NOT NULL,
    PRIMARY KEY (partner_id, key_id, kind, hour)
);
CREATE INDEX rate_hours_oldest ON rate_hours (hour);
