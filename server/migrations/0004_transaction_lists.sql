-- The transactions of a pool, and those of a rare type: without an index, a list
-- of either walks past a million others to find a few. Credits are the bulk:
-- among the newest there always are some, so they are spared a further index.
CREATE INDEX transactions_of_pool ON transactions (partner_id, pool_id, created_at, id);
CREATE INDEX transactions_of_type ON transactions (partner_id, type, created_at, id)
    WHERE type <> 'CREDIT';
