//! What must be equal of funds. Sums are put so that none can overflow on the way.

/// As [`EQUALITIES`](super::EQUALITIES).
pub(super) const OF_FUNDS: &[(&str, &str)] = &[
    (
        "fund: balance and history",
        "SELECT fund_id AS name, balance AS kept, (pledged - granted) + transferred AS found FROM fund_balances",
    ),
    (
        "fund: pledged and pledges",
        "SELECT f.fund_id AS name, f.pledged AS kept, CAST(COALESCE(SUM(p.amount), 0) AS BIGINT) AS found
         FROM fund_balances f LEFT JOIN pledges p ON p.partner_id = f.partner_id AND p.fund_id = f.fund_id
         GROUP BY f.partner_id, f.fund_id, f.pledged",
    ),
    (
        "fund: transferred and submissions",
        "SELECT f.fund_id AS name, f.transferred AS kept, CAST(COALESCE(SUM(s.amount), 0) AS BIGINT) AS found
         FROM fund_balances f
         LEFT JOIN grant_submissions s ON s.partner_id = f.partner_id AND s.fund_id = f.fund_id
         GROUP BY f.partner_id, f.fund_id, f.transferred",
    ),
    (
        "fund: granted and grants",
        "SELECT f.fund_id AS name, f.granted AS kept, CAST(COALESCE(SUM(g.amount), 0) AS BIGINT) AS found
         FROM fund_balances f LEFT JOIN grants g ON g.partner_id = f.partner_id AND g.fund_id = f.fund_id
         GROUP BY f.partner_id, f.fund_id, f.granted",
    ),
    (
        "fund: number of balances",
        "SELECT f.id AS name, CAST(1 AS BIGINT) AS kept, COUNT(b.fund_id) AS found
         FROM funds f LEFT JOIN fund_balances b ON b.partner_id = f.partner_id AND b.fund_id = f.id
         GROUP BY f.partner_id, f.id",
    ),
    (
        "fund transaction: amount and its fund's entry",
        "SELECT t.id AS name, t.amount AS kept, CAST(COALESCE(SUM(ABS(e.amount)), 0) AS BIGINT) AS found
         FROM fund_transactions t
         LEFT JOIN entries e ON e.partner_id = t.partner_id AND e.transaction_id = t.id
             AND e.account_kind = 'fund' AND e.account_id = t.fund_id AND e.unit = 'MICRO_USD'
         GROUP BY t.partner_id, t.id, t.amount",
    ),
    (
        "fund transactions: number, and of pledges, submissions and grants",
        "SELECT b.partner_id AS name,
             (SELECT COUNT(*) FROM fund_transactions t WHERE t.partner_id = b.partner_id) AS kept,
             (SELECT COUNT(*) FROM pledges t WHERE t.partner_id = b.partner_id)
             + (SELECT COUNT(*) FROM grant_submissions t WHERE t.partner_id = b.partner_id)
             + (SELECT COUNT(*) FROM grants t WHERE t.partner_id = b.partner_id) AS found
         FROM books b",
    ),
    (
        "pledge: amount and its transaction",
        "SELECT p.id AS name, p.amount AS kept, COALESCE(t.amount, 0) AS found
         FROM pledges p LEFT JOIN fund_transactions t ON t.partner_id = p.partner_id
             AND t.id = p.transaction_id AND t.fund_id = p.fund_id AND t.type = 'PLEDGE'",
    ),
    (
        "grant submission: amount and its transaction",
        "SELECT s.id AS name, s.amount AS kept, COALESCE(t.amount, 0) AS found
         FROM grant_submissions s LEFT JOIN fund_transactions t ON t.partner_id = s.partner_id
             AND t.id = s.transaction_id AND t.fund_id = s.fund_id AND t.type = 'TRANSFER'",
    ),
    (
        "grant: amount and its transaction",
        "SELECT g.id AS name, g.amount AS kept, COALESCE(t.amount, 0) AS found
         FROM grants g LEFT JOIN fund_transactions t ON t.partner_id = g.partner_id
             AND t.id = g.transaction_id AND t.fund_id = g.fund_id AND t.type = 'GRANT'",
    ),
];
