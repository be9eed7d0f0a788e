//! What was given back of gifts.

use shared::donation::{DonationStatus, Refund};
use shared::id::{DonationId, PartnerId};
use shared::money::{Currency, Minor};
use sqlx::Error;
use sqlx::any::AnyRow;

use crate::store::Connection;
use crate::store::row::Columns as _;

/// A refund, and a hash of what was asked for.
#[derive(Clone, Debug)]
pub struct RefundRow {
    pub public: Refund,
    pub fingerprint: String,
}

/// The refund under an idempotency key.
pub async fn find(
    conn: &mut Connection,
    partner_id: &PartnerId,
    key: &str,
) -> Result<Option<RefundRow>, Error> {
    let row = sqlx::query(
        "SELECT r.*, d.currency FROM refunds r
         JOIN donations d ON d.partner_id = r.partner_id AND d.id = r.donation_id
         WHERE r.partner_id = $1 AND r.idempotency_key = $2",
    )
    .bind(partner_id.as_str())
    .bind(key)
    .fetch_optional(conn)
    .await?;
    row.as_ref().map(read).transpose()
}

/// Adds a refund and what it changes of its gift, which must be paid. The caller
/// holds the partner's books.
pub async fn insert(
    conn: &mut Connection,
    (partner_id, key): (&PartnerId, &str),
    row: &RefundRow,
) -> Result<(), Error> {
    let refund = &row.public;
    sqlx::query(
        "INSERT INTO refunds (partner_id, id, donation_id, idempotency_key, fingerprint, amount, amount_refunded,
             status, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(partner_id.as_str())
    .bind(refund.refund_id.as_str())
    .bind(refund.partner_donation_id.as_str())
    .bind(key)
    .bind(&row.fingerprint)
    .bind(refund.amount.0)
    .bind(refund.amount_refunded.0)
    .bind(refund.status.as_str())
    .bind(refund.created_at.0)
    .execute(&mut *conn)
    .await?;
    let done = sqlx::query(
        "UPDATE donations SET status = $1, amount_refunded = $2, updated_at = $3
         WHERE partner_id = $4 AND id = $5 AND status = 'COMPLETED'",
    )
    .bind(refund.status.as_str())
    .bind(refund.amount_refunded.0)
    .bind(refund.created_at.0)
    .bind(partner_id.as_str())
    .bind(refund.partner_donation_id.as_str())
    .execute(conn)
    .await?;
    match done.rows_affected() {
        1 => Ok(()),
        _ => Err(Error::RowNotFound),
    }
}

fn read(row: &AnyRow) -> Result<RefundRow, Error> {
    Ok(RefundRow {
        public: Refund {
            refund_id: row.text("id")?,
            partner_donation_id: row.text::<DonationId>("donation_id")?,
            status: row.named("status", DonationStatus::named)?,
            amount: Minor(row.number("amount")?),
            amount_refunded: Minor(row.number("amount_refunded")?),
            currency: row.named("currency", Currency::named)?,
            created_at: row.time("created_at")?,
        },
        fingerprint: row.text("fingerprint")?,
    })
}
