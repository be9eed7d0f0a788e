-- A person of the portal, a key that is good, and one that was revoked.
INSERT INTO portal_users (id, partner_id, email, email_folded, password_hash, first_name, last_name, role, created_at)
    VALUES ('u1', 'p1', 'Ada@example.org', 'ada@example.org', 'hash', 'Ada', NULL, 'OWNER', 3);
INSERT INTO keys (partner_id, id, name, public_key, secret_hash, secret_last4, hmac_secret_sealed, scopes, is_active,
        expires_at, ip_allowlist, allowed_origins, created_at)
    VALUES ('p1', 'k1', 'Good', 'pk_test_1', NULL, NULL, 'sealed', NULL, 1, NULL, '[]', '[]', 3),
        ('p1', 'k2', 'Ended', 'pk_test_2', NULL, NULL, 'sealed', NULL, 0, NULL, '[]', '[]', 4);
