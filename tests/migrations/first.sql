-- What a server of the first schema left after one rewarded gift and one that
-- still waits for its reward.
INSERT INTO partners (id, name, slug, status, tier, features, config, created_at)
    VALUES ('p1', 'First', 'first', 'ACTIVE', 'STANDARD', '["DONATIONS","ACTIONS"]', '{}', 1);
INSERT INTO books (partner_id, commit_number) VALUES ('p1', 7);
INSERT INTO organizations (id, percent_id, endaoment_id, slug, name, name_folded, status)
    VALUES ('o1', 'organisation_1', '1', 'river-trust', 'River Trust', 'river trust', 'ACTIVE');
INSERT INTO users (partner_id, id, external_id, email, email_folded, metadata, created_at, updated_at)
    VALUES ('p1', 'u1', 'ada', 'Ada@example.org', 'ada@example.org', '{}', 2, 2);
INSERT INTO pools (partner_id, id, name, is_active, balance, allocated, distributed, reversed,
        low_balance_told, vesting_days, action_types, created_at)
    VALUES ('p1', 'pool1', 'Pool', 1, 75, 100, 25, 0, 0, 7, '[]', 1);
INSERT INTO wallets (partner_id, user_id, balance, debt, lifetime_earned, lifetime_reversed)
    VALUES ('p1', 'u1', 25, 0, 25, 0);
INSERT INTO actions (partner_id, id, key_space, idempotency_key, fingerprint, action_type, amount_minor,
        currency, status, tokens, donation_id, created_at)
    VALUES ('p1', 'a1', 'donation', 'd1', 'd1', 'DONATION', 2500, 'USD', 'COMPLETED', 25, 'd1', 3);
INSERT INTO transactions (partner_id, id, type, amount, user_id, pool_id, action_id, position, vests_at, created_at)
    VALUES ('p1', 't1', 'ALLOCATION', 100, NULL, 'pool1', NULL, 0, NULL, 1),
           ('p1', 't2', 'CREDIT', 25, 'u1', 'pool1', 'a1', 0, 604800003, 3);
INSERT INTO entries (partner_id, transaction_id, position, account_kind, account_id, unit, amount)
    VALUES ('p1', 't1', 0, 'issuance', '', 'SIR', -100), ('p1', 't1', 1, 'pool', 'pool1', 'SIR', 100),
           ('p1', 't2', 0, 'pool', 'pool1', 'SIR', -25), ('p1', 't2', 1, 'wallet', 'u1', 'SIR', 25);
INSERT INTO events (partner_id, commit_number, position, id, type, data, created_at)
    VALUES ('p1', 7, 0, 'evt_1', 'action.completed', '{}', 3);
INSERT INTO donations (partner_id, id, checkout_token, organization_id, amount, tip_amount, currency, frequency,
        provider, donor_email, external_user_id, metadata, fingerprint, status, reward_status, reward_rate,
        tokens_awarded, paid_at, expires_at, created_at, updated_at)
    VALUES ('p1', 'd1', 'token1', 'o1', 2500, 0, 'USD', 'once', 'stripe', 'Ada@example.org', 'ada', '{}', 'f1',
        'COMPLETED', 'AWARDED', 1000000, 25, 3, 9, 2, 3),
        ('p1', 'd2', 'token2', 'o1', 1000, 0, 'USD', 'once', 'stripe', 'ada@example.org', NULL, '{}', 'f2',
        'COMPLETED', 'PENDING', 1000000, 0, 4, 9, 3, 4);
INSERT INTO jobs (kind, partner_id, subject_id, due_at, leased_until, attempts, give_up_at, created_at)
    VALUES ('reward', 'p1', 'd2', 4, 0, 0, 7776000000, 4);
