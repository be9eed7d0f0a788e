//! The audit: every account against its entries, every transaction against
//! zero, every number that is kept against what it comes from. Sums are made
//! in 128 bits, so that an overflow cannot hide a loss.

mod fund;

use std::collections::BTreeMap;

use sqlx::{AssertSqlSafe, Error};

use crate::store::Connection;
use crate::store::row::Columns as _;

/// The rows of one page of a walk.
const PAGE: i64 = 10_000;

/// What was looked at, and what does not add up.
#[derive(Debug, Default)]
pub struct Audit {
    pub transactions: u64,
    pub accounts: u64,
    pub differences: Vec<String>,
}

/// Partner, kind and id of an account, and its unit.
type AccountKey = (String, String, String, String);

/// Audits the whole ledger. Run in one transaction, so that it sees one state.
pub async fn audit(conn: &mut Connection) -> Result<Audit, Error> {
    let mut audit = Audit::default();
    let sums = walk_entries(conn, &mut audit).await?;
    audit.accounts = sums.len() as u64;
    check_accounts(conn, sums, &mut audit).await?;
    check_equalities(conn, &mut audit).await?;
    Ok(audit)
}

/// Adds up all entries by account and checks each transaction on the way.
async fn walk_entries(
    conn: &mut Connection,
    audit: &mut Audit,
) -> Result<BTreeMap<AccountKey, i128>, Error> {
    let mut sums = BTreeMap::<AccountKey, i128>::new();
    let mut open: Option<((String, String), BTreeMap<String, i128>)> = None;
    let mut after = (String::new(), String::new(), -1);
    loop {
        let rows = sqlx::query(
            "SELECT * FROM entries WHERE (partner_id, transaction_id, position) > ($1, $2, $3)
             ORDER BY partner_id, transaction_id, position LIMIT $4",
        )
        .bind(&after.0)
        .bind(&after.1)
        .bind(after.2)
        .bind(PAGE)
        .fetch_all(&mut *conn)
        .await?;
        for row in &rows {
            let partner: String = row.text("partner_id")?;
            let transaction: String = row.text("transaction_id")?;
            let unit: String = row.text("unit")?;
            let amount = i128::from(row.number("amount")?);
            after = (
                partner.clone(),
                transaction.clone(),
                row.number("position")?,
            );
            let key = (partner, transaction);
            if open.as_ref().is_none_or(|(current, _)| *current != key) {
                close(open.take(), audit);
                open = Some((key.clone(), BTreeMap::new()));
            }
            if let Some((_, units)) = &mut open {
                *units.entry(unit.clone()).or_default() += amount;
            }
            let account = (
                key.0,
                row.text("account_kind")?,
                row.text("account_id")?,
                unit,
            );
            *sums.entry(account).or_default() += amount;
        }
        if rows.is_empty() {
            close(open, audit);
            return Ok(sums);
        }
    }
}

fn close(open: Option<((String, String), BTreeMap<String, i128>)>, audit: &mut Audit) {
    let Some(((partner, transaction), units)) = open else {
        return;
    };
    audit.transactions += 1;
    for (unit, sum) in units.into_iter().filter(|(_, sum)| *sum != 0) {
        audit.differences.push(format!(
            "transaction {transaction} of partner {partner}: {unit} adds up to {sum}"
        ));
    }
}

/// Each account that keeps a balance, as its own table has it.
const ACCOUNTS: &str = "
    SELECT partner_id, 'pool' AS kind, id, 'SIR' AS unit, balance FROM pools
    UNION ALL SELECT partner_id, 'receivable', id, 'SIR', receivable FROM pools
    UNION ALL SELECT partner_id, 'wallet', user_id, 'SIR', balance FROM wallets
    UNION ALL SELECT partner_id, 'debt', user_id || '/' || pool_id, 'SIR', -owed FROM debts
    UNION ALL SELECT partner_id, 'fund', fund_id, 'MICRO_USD', balance FROM fund_balances";

/// The outside world keeps no balance.
const OUTSIDE: &[&str] = &[
    "issuance",
    "marketplace",
    "donors",
    "custodian",
    "organization",
];

async fn check_accounts(
    conn: &mut Connection,
    mut sums: BTreeMap<AccountKey, i128>,
    audit: &mut Audit,
) -> Result<(), Error> {
    for row in sqlx::query(ACCOUNTS).fetch_all(conn).await? {
        let (kind, id): (String, String) = (row.text("kind")?, row.text("id")?);
        let key = (row.text("partner_id")?, kind, id, row.text("unit")?);
        let balance = i128::from(row.number("balance")?);
        let name = format!("{} {}: balance", key.1, key.2);
        audit.differ(&name, balance, sums.remove(&key).unwrap_or(0));
        if balance < 0 && key.1 != "debt" {
            audit
                .differences
                .push(format!("{name} {balance} is negative"));
        }
    }
    let inside = sums
        .iter()
        .filter(|(key, _)| !OUTSIDE.contains(&key.1.as_str()));
    for (key, entries) in inside {
        audit.differ(&format!("{} {}: missing", key.1, key.2), 0, *entries);
    }
    Ok(())
}

/// What must be equal, row by row: a name, what is kept and what it comes from.
const EQUALITIES: &[(&str, &str)] = &[
    (
        "pool: balance and history",
        "SELECT id AS name, balance AS kept, allocated - distributed + reversed - expired AS found FROM pools",
    ),
    (
        "wallet: debt",
        "SELECT w.user_id AS name, w.debt AS kept, CAST(COALESCE(SUM(d.owed), 0) AS BIGINT) AS found
         FROM wallets w LEFT JOIN debts d ON d.partner_id = w.partner_id AND d.user_id = w.user_id
         GROUP BY w.partner_id, w.user_id, w.debt",
    ),
    (
        "wallet: earned",
        "SELECT w.user_id AS name, w.lifetime_earned AS kept, CAST(COALESCE(SUM(t.amount), 0) AS BIGINT) AS found
         FROM wallets w LEFT JOIN transactions t
             ON t.partner_id = w.partner_id AND t.user_id = w.user_id AND t.type = 'CREDIT'
         GROUP BY w.partner_id, w.user_id, w.lifetime_earned",
    ),
    (
        "wallet: reversed",
        "SELECT w.user_id AS name, w.lifetime_reversed AS kept, CAST(COALESCE(SUM(t.amount), 0) AS BIGINT) AS found
         FROM wallets w LEFT JOIN transactions t
             ON t.partner_id = w.partner_id AND t.user_id = w.user_id AND t.type = 'REVERSAL'
         GROUP BY w.partner_id, w.user_id, w.lifetime_reversed",
    ),
    (
        "wallet: number of transactions",
        "SELECT w.user_id AS name, w.transactions AS kept, COUNT(t.id) AS found
         FROM wallets w LEFT JOIN transactions t ON t.partner_id = w.partner_id AND t.user_id = w.user_id
         GROUP BY w.partner_id, w.user_id, w.transactions",
    ),
    (
        "action: tokens and credits",
        "SELECT a.id AS name, a.tokens AS kept, CAST(COALESCE(SUM(t.amount), 0) AS BIGINT) AS found
         FROM actions a LEFT JOIN transactions t
             ON t.partner_id = a.partner_id AND t.action_id = a.id AND t.type = 'CREDIT'
         GROUP BY a.partner_id, a.id, a.tokens",
    ),
    (
        "action: reversed tokens and reversals",
        "SELECT a.id AS name, a.tokens_reversed AS kept, CAST(COALESCE(SUM(r.tokens), 0) AS BIGINT) AS found
         FROM actions a LEFT JOIN reversals r ON r.partner_id = a.partner_id AND r.action_id = a.id
         GROUP BY a.partner_id, a.id, a.tokens_reversed",
    ),
    (
        "action: tokens and stakeholders",
        "SELECT a.id AS name, a.tokens AS kept, CAST(COALESCE(SUM(s.tokens), 0) AS BIGINT) AS found
         FROM actions a LEFT JOIN stakeholders s ON s.partner_id = a.partner_id AND s.action_id = a.id
         GROUP BY a.partner_id, a.id, a.tokens",
    ),
    (
        "action: reversed tokens and stakeholders",
        "SELECT a.id AS name, a.tokens_reversed AS kept, CAST(COALESCE(SUM(s.reversed), 0) AS BIGINT) AS found
         FROM actions a LEFT JOIN stakeholders s ON s.partner_id = a.partner_id AND s.action_id = a.id
         GROUP BY a.partner_id, a.id, a.tokens_reversed",
    ),
    (
        "campaign: spent and actions",
        "SELECT c.id AS name, c.spent AS kept, CAST(COALESCE(SUM(a.tokens - a.tokens_reversed), 0) AS BIGINT) AS found
         FROM campaigns c LEFT JOIN actions a ON a.partner_id = c.partner_id AND a.campaign_id = c.id
         GROUP BY c.partner_id, c.id, c.spent",
    ),
    (
        "campaign: spent and users",
        "SELECT c.id AS name, c.spent AS kept, CAST(COALESCE(SUM(u.tokens), 0) AS BIGINT) AS found
         FROM campaigns c LEFT JOIN campaign_users u ON u.partner_id = c.partner_id AND u.campaign_id = c.id
         GROUP BY c.partner_id, c.id, c.spent",
    ),
    (
        "campaign: spent beyond its budget",
        "SELECT id AS name, spent AS kept, budget AS found FROM campaigns WHERE spent > budget",
    ),
    (
        "donation: tokens awarded and its action",
        "SELECT d.id AS name, d.tokens_awarded AS kept,
             CAST(COALESCE(SUM(a.tokens - a.tokens_reversed), 0) AS BIGINT) AS found
         FROM donations d LEFT JOIN actions a ON a.partner_id = d.partner_id AND a.donation_id = d.id
         GROUP BY d.partner_id, d.id, d.tokens_awarded",
    ),
    (
        "donation: amount refunded and its refunds",
        "SELECT d.id AS name, d.amount_refunded AS kept, CAST(COALESCE(SUM(r.amount), 0) AS BIGINT) AS found
         FROM donations d LEFT JOIN refunds r ON r.partner_id = d.partner_id AND r.donation_id = d.id
         GROUP BY d.partner_id, d.id, d.amount_refunded",
    ),
    (
        "books: number of users",
        "SELECT b.partner_id AS name, b.users AS kept,
             (SELECT COUNT(*) FROM users t WHERE t.partner_id = b.partner_id) AS found FROM books b",
    ),
    (
        "books: number of actions",
        "SELECT b.partner_id AS name, b.actions AS kept,
             (SELECT COUNT(*) FROM actions t WHERE t.partner_id = b.partner_id) AS found FROM books b",
    ),
    (
        "books: number of transactions",
        "SELECT b.partner_id AS name, b.transactions AS kept,
             (SELECT COUNT(*) FROM transactions t WHERE t.partner_id = b.partner_id) AS found FROM books b",
    ),
];

async fn check_equalities(conn: &mut Connection, audit: &mut Audit) -> Result<(), Error> {
    for (what, sql) in EQUALITIES.iter().chain(fund::OF_FUNDS) {
        let sql = format!("SELECT name, kept, found FROM ({sql}) AS e WHERE kept <> found");
        for row in sqlx::query(AssertSqlSafe(sql))
            .fetch_all(&mut *conn)
            .await?
        {
            let name = format!("{what} of {}", row.text::<String>("name")?);
            audit.differ(
                &name,
                row.number("kept")?.into(),
                row.number("found")?.into(),
            );
        }
    }
    Ok(())
}

impl Audit {
    fn differ(&mut self, what: &str, kept: i128, found: i128) {
        if kept != found {
            self.differences
                .push(format!("{what} differ: {kept} and {found}"));
        }
    }
}
