//! Funds of donors, and the pledges and grants that are known by their keys. What
//! moves in them is the ledger's alone to write.

use shared::endaoment::FundType;
use shared::endaoment::fund::{Fund, FundAdvisor};
use shared::id::{FundId, GrantId, PartnerId, PledgeId, SubmissionId, UserId};
use shared::money::MicroDollars;
use shared::time::Timestamp;
use sqlx::Error;
use sqlx::any::AnyRow;

use super::Connection;
use super::row::Columns as _;

/// A fund as it was opened.
#[derive(Clone, Debug)]
pub struct FundRow {
    pub id: FundId,
    pub user_id: UserId,
    pub name: String,
    pub fund_type: FundType,
    pub description: String,
    pub account_identifier: String,
    pub created_at: Timestamp,
}

/// Opens a fund, without money.
pub async fn insert(
    conn: &mut Connection,
    partner_id: &PartnerId,
    fund: &FundRow,
) -> Result<(), Error> {
    sqlx::query(
        "INSERT INTO funds (partner_id, id, user_id, name, type, description, account_identifier, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(partner_id.as_str())
    .bind(fund.id.as_str())
    .bind(fund.user_id.as_str())
    .bind(&fund.name)
    .bind(fund.fund_type.as_str())
    .bind(&fund.description)
    .bind(&fund.account_identifier)
    .bind(fund.created_at.0)
    .execute(&mut *conn)
    .await?;
    sqlx::query(
        "INSERT INTO fund_balances (partner_id, fund_id, balance, pledged, transferred, granted, updated_at)
         VALUES ($1, $2, 0, 0, 0, 0, $3)",
    )
    .bind(partner_id.as_str())
    .bind(fund.id.as_str())
    .bind(fund.created_at.0)
    .execute(conn)
    .await?;
    Ok(())
}

/// The fund under the partner's own name for it, and whose it is.
pub async fn find_by_account(
    conn: &mut Connection,
    partner_id: &PartnerId,
    account_identifier: &str,
) -> Result<Option<(FundId, UserId)>, Error> {
    let row = sqlx::query(
        "SELECT id, user_id FROM funds WHERE partner_id = $1 AND account_identifier = $2",
    )
    .bind(partner_id.as_str())
    .bind(account_identifier)
    .fetch_optional(conn)
    .await?;
    row.map(|row| Ok((row.text("id")?, row.text("user_id")?)))
        .transpose()
}

/// A fund with its donor and its balance.
pub async fn find(
    conn: &mut Connection,
    partner_id: &PartnerId,
    id: &FundId,
) -> Result<Option<Fund>, Error> {
    let row = sqlx::query(
        "SELECT f.*, u.first_name, u.last_name, b.balance, b.updated_at
         FROM funds f
         JOIN fund_balances b ON b.partner_id = f.partner_id AND b.fund_id = f.id
         JOIN users u ON u.partner_id = f.partner_id AND u.id = f.user_id
         WHERE f.partner_id = $1 AND f.id = $2",
    )
    .bind(partner_id.as_str())
    .bind(id.as_str())
    .fetch_optional(conn)
    .await?;
    row.as_ref().map(read).transpose()
}

fn read(row: &AnyRow) -> Result<Fund, Error> {
    Ok(Fund {
        id: row.text("id")?,
        name: row.text("name")?,
        fund_type: row.named("type", FundType::named)?,
        description: row.text("description")?,
        partner_account_identifier: row.text("account_identifier")?,
        manager: (),
        chain_id: (),
        contract_address: (),
        advisor: FundAdvisor {
            first_name: row.text_or_null("first_name")?,
            last_name: row.text_or_null("last_name")?,
        },
        usdc_balance: MicroDollars(row.number("balance")?),
        created_at_utc: row.time("created_at")?,
        updated_at_utc: row.time("updated_at")?,
    })
}

/// The pledge that was made under a key, and the hash of its request.
pub async fn pledge_under(
    conn: &mut Connection,
    partner_id: &PartnerId,
    key: &str,
) -> Result<Option<(PledgeId, String)>, Error> {
    let row = sqlx::query(
        "SELECT id, fingerprint FROM pledges WHERE partner_id = $1 AND idempotency_key = $2",
    )
    .bind(partner_id.as_str())
    .bind(key)
    .fetch_optional(conn)
    .await?;
    row.map(|row| Ok((row.text("id")?, row.text("fingerprint")?)))
        .transpose()
}

/// The submission that was made under a key with the hash of its request.
pub async fn submission_under(
    conn: &mut Connection,
    partner_id: &PartnerId,
    key: &str,
) -> Result<Option<(SubmissionId, String)>, Error> {
    let row = sqlx::query(
        "SELECT id, fingerprint FROM grant_submissions WHERE partner_id = $1 AND idempotency_key = $2",
    )
    .bind(partner_id.as_str())
    .bind(key)
    .fetch_optional(conn)
    .await?;
    row.map(|row| Ok((row.text("id")?, row.text("fingerprint")?)))
        .transpose()
}

/// The grants of a submission, in the order of the request.
pub async fn grants_of(
    conn: &mut Connection,
    partner_id: &PartnerId,
    id: &SubmissionId,
) -> Result<Vec<GrantId>, Error> {
    let rows = sqlx::query(
        "SELECT id FROM grants WHERE partner_id = $1 AND submission_id = $2 ORDER BY position",
    )
    .bind(partner_id.as_str())
    .bind(id.as_str())
    .fetch_all(conn)
    .await?;
    rows.iter().map(|row| row.text("id")).collect()
}
