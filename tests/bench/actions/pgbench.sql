-- The rows of one action of one person, as the server writes them. The rows that
-- all actions share come last, so that they are locked no longer than they must.
-- No colon stands before a letter or a digit but where a variable is meant.
\set user random(0, 9999)
\set id random(1, 9000000000000000000)
\set now 1760000000000
BEGIN;
INSERT INTO actions (partner_id, id, key_space, idempotency_key, fingerprint, action_type, amount_minor,
        currency, status, tokens, tokens_reversed, reversed_percent, pool_id, metadata, created_at)
    VALUES ('partner', 'a' || to_hex(:id::bigint), 'partner', 'bench-' || to_hex(:id::bigint),
        md5(to_hex(:id::bigint)) || md5(to_hex(:id::bigint)), 'PURCHASE', 4999,
        'USD', 'COMPLETED', 50, 0, 0, 'pool', '{}', :now::bigint);
INSERT INTO transactions (partner_id, id, type, amount, user_id, pool_id, action_id, position, created_at)
    VALUES ('partner', 't' || to_hex(:id::bigint), 'CREDIT', 50, 'user_' || :user::bigint, 'pool',
        'a' || to_hex(:id::bigint), 0, :now::bigint);
INSERT INTO entries (partner_id, transaction_id, position, account_kind, account_id, unit, amount)
    VALUES ('partner', 't' || to_hex(:id::bigint), 0, 'pool', 'pool', 'SIR', -50),
        ('partner', 't' || to_hex(:id::bigint), 1, 'wallet', 'user_' || :user::bigint, 'SIR', 50);
INSERT INTO stakeholders (partner_id, action_id, position, type_code, external_id, user_id, transaction_id,
        tokens, reversed, created_at)
    VALUES ('partner', 'a' || to_hex(:id::bigint), 0, 'CUSTOMER', 'user_' || :user::bigint,
        'user_' || :user::bigint, 't' || to_hex(:id::bigint), 50, 0, :now::bigint);
UPDATE wallets SET balance = balance + 50, lifetime_earned = lifetime_earned + 50, transactions = transactions + 1
    WHERE partner_id = 'partner' AND user_id = 'user_' || :user::bigint;
UPDATE pools SET balance = balance - 50, distributed = distributed + 50
    WHERE partner_id = 'partner' AND id = 'pool';
UPDATE books SET commit_number = commit_number + 1, actions = actions + 1, transactions = transactions + 1
    WHERE partner_id = 'partner' RETURNING commit_number AS number \gset
INSERT INTO events (partner_id, commit_number, position, id, type, data, created_at)
    VALUES ('partner', :number::bigint, 0, 'evt_1' || to_hex(:id::bigint), 'transaction.completed',
            '{"id": "t0123456789abcdef01234567","type": "CREDIT","amount": 50,"externalUserId": "user_4242","actionId": "a0123456789abcdef0123456","poolId": "p0123456789abcdef0123456","entries": [{"account": "pool_p0123456789abcdef0123456","direction": "DEBIT","amount": 50},{"account": "wallet_user_4242","direction": "CREDIT","amount": 50}],"createdAt": "2026-01-01"}', :now::bigint),
        ('partner', :number::bigint, 1, 'evt_2' || to_hex(:id::bigint), 'action.completed',
            '{"actionId": "a0123456789abcdef0123456","idempotencyKey": "bench-0123456789abcdef","actionType": "PURCHASE","status": "COMPLETED","tokensDistributed": 50,"transactionIds": ["t0123456789abcdef01234567"]}', :now::bigint);
COMMIT;
