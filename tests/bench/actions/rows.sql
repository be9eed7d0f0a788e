-- One partner, its pool, and 10,000 users who have wallets already.
INSERT INTO partners (id, name, slug, status, tier, features, config, created_at)
    VALUES ('partner', 'Partner', 'partner', 'ACTIVE', 'STANDARD', '[]', '{}', 0);
INSERT INTO books (partner_id, commit_number) VALUES ('partner', 0);
INSERT INTO pools (partner_id, id, name, is_active, balance, allocated, distributed, reversed,
        low_balance_told, vesting_days, action_types, created_at)
    VALUES ('partner', 'pool', 'Pool', 1, 1000000000000, 1000000000000, 0, 0, 0, 0, '[]', 0);
INSERT INTO users (partner_id, id, external_id, metadata, created_at, updated_at)
    SELECT 'partner', 'user_' || n, 'user_' || n, '{}', 0, 0 FROM generate_series(0, 9999) n;
INSERT INTO wallets (partner_id, user_id, balance, debt, lifetime_earned, lifetime_reversed)
    SELECT 'partner', id, 0, 0, 0, 0 FROM users;
ANALYZE;
