//! The audit: every account against its entries, every transaction against
//! zero. Sums are made in 128 bits, so that an overflow cannot hide a loss.

use std::collections::BTreeMap;

use sqlx::Error;

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
    check_pools(conn, &sums, &mut audit).await?;
    check_wallets(conn, &sums, &mut audit).await?;
    check_actions(conn, &mut audit).await?;
    audit.accounts = sums.len() as u64;
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

async fn check_pools(
    conn: &mut Connection,
    sums: &BTreeMap<AccountKey, i128>,
    audit: &mut Audit,
) -> Result<(), Error> {
    let rows =
        sqlx::query("SELECT partner_id, id, balance, allocated, distributed, reversed FROM pools")
            .fetch_all(conn)
            .await?;
    for row in rows {
        let (partner, id): (String, String) = (row.text("partner_id")?, row.text("id")?);
        let balance = i128::from(row.number("balance")?);
        let history = i128::from(row.number("allocated")?) - i128::from(row.number("distributed")?)
            + i128::from(row.number("reversed")?);
        let entries = sums
            .get(&(partner, "pool".into(), id.clone(), "SIR".into()))
            .copied()
            .unwrap_or(0);
        differ(
            audit,
            &format!("pool {id}: balance and entries"),
            balance,
            entries,
        );
        differ(
            audit,
            &format!("pool {id}: balance and its history"),
            balance,
            history,
        );
        if balance < 0 {
            audit
                .differences
                .push(format!("pool {id}: balance {balance} is negative"));
        }
    }
    Ok(())
}

async fn check_wallets(
    conn: &mut Connection,
    sums: &BTreeMap<AccountKey, i128>,
    audit: &mut Audit,
) -> Result<(), Error> {
    let mut stored = BTreeMap::new();
    let rows = sqlx::query("SELECT partner_id, user_id, balance FROM wallets")
        .fetch_all(conn)
        .await?;
    for row in rows {
        let key = (
            row.text("partner_id")?,
            "wallet".to_owned(),
            row.text("user_id")?,
            "SIR".to_owned(),
        );
        stored.insert(key, i128::from(row.number("balance")?));
    }
    for (key, balance) in &stored {
        let entries = sums.get(key).copied().unwrap_or(0);
        differ(
            audit,
            &format!("wallet {}: balance and entries", key.2),
            *balance,
            entries,
        );
        if *balance < 0 {
            audit
                .differences
                .push(format!("wallet {}: balance {balance} is negative", key.2));
        }
    }
    for (key, entries) in sums
        .iter()
        .filter(|(key, _)| key.1 == "wallet" && !stored.contains_key(*key))
    {
        differ(
            audit,
            &format!("wallet {}: missing, and entries", key.2),
            0,
            *entries,
        );
    }
    Ok(())
}

/// Each action against its credits, and each awarded gift against its action.
async fn check_actions(conn: &mut Connection, audit: &mut Audit) -> Result<(), Error> {
    let rows = sqlx::query(
        "SELECT a.id, a.tokens, CAST(COALESCE(SUM(t.amount), 0) AS BIGINT) AS credited
         FROM actions a LEFT JOIN transactions t
             ON t.partner_id = a.partner_id AND t.action_id = a.id AND t.type = 'CREDIT'
         GROUP BY a.partner_id, a.id, a.tokens
         HAVING a.tokens <> CAST(COALESCE(SUM(t.amount), 0) AS BIGINT)",
    )
    .fetch_all(&mut *conn)
    .await?;
    for row in rows {
        let name = format!("action {}: tokens and credits", row.text::<String>("id")?);
        differ(
            audit,
            &name,
            row.number("tokens")?.into(),
            row.number("credited")?.into(),
        );
    }
    let rows = sqlx::query(
        "SELECT d.id, d.tokens_awarded, CAST(COALESCE(SUM(a.tokens), 0) AS BIGINT) AS tokens
         FROM donations d LEFT JOIN actions a ON a.partner_id = d.partner_id AND a.donation_id = d.id
         GROUP BY d.partner_id, d.id, d.tokens_awarded
         HAVING d.tokens_awarded <> CAST(COALESCE(SUM(a.tokens), 0) AS BIGINT)",
    )
    .fetch_all(conn)
    .await?;
    for row in rows {
        let name = format!(
            "donation {}: tokens awarded and its action",
            row.text::<String>("id")?
        );
        differ(
            audit,
            &name,
            row.number("tokens_awarded")?.into(),
            row.number("tokens")?.into(),
        );
    }
    Ok(())
}

fn differ(audit: &mut Audit, what: &str, left: i128, right: i128) {
    if left != right {
        audit
            .differences
            .push(format!("{what} differ: {left} and {right}"));
    }
}
