//! Asking the operator for tokens. Filling pools is the ledger's.

use shared::Code;
use shared::id::{PartnerId, PoolId};
use shared::money::Tokens;
use shared::token_pool::{PoolRequest, PoolRequestStatus, RequestTokens};

use super::replay::{Attempt, Once};
use super::text;
use crate::app::App;
use crate::error::Error;
use crate::store::{self, Connection, event};

/// The most tokens of one request.
const MAX_AMOUNT: i64 = 1_000_000_000_000;
/// The longest reason, in characters.
const MAX_REASON: usize = 500;

/// Notes a request, or gives the first answer again under the same idempotency
/// key.
pub async fn request_tokens(
    app: &App,
    partner_id: &PartnerId,
    idempotency_key: Option<String>,
    request: RequestTokens,
) -> Result<Once<PoolRequest>, Error> {
    text::refuse_any([
        ("amount", check_amount(request.amount)),
        ("reason", text::printable(&request.reason, MAX_REASON)),
    ])?;
    let now = app.context.now();
    let attempt = Attempt::new(partner_id, idempotency_key, &request, now)?;
    let mut tx = app.db.write().await?;
    event::lock_books(&mut tx, app.db.dialect(), partner_id).await?;
    if let Some(earlier) = attempt.earlier(&mut tx).await? {
        return Ok(earlier);
    }
    if let Some(pool_id) = &request.pool_id {
        check_pool(&mut tx, partner_id, pool_id).await?;
    }
    let noted = PoolRequest {
        id: app.context.object_id(),
        pool_id: request.pool_id,
        amount: request.amount,
        reason: request.reason,
        status: PoolRequestStatus::Pending,
        created_at: now,
        decided_at: None,
    };
    store::pool_request::insert(&mut tx, partner_id, &noted).await?;
    let id = noted.id.clone();
    let noted = attempt.keep(&mut tx, id.as_str(), noted).await?;
    tx.commit().await?;
    Ok(noted)
}

fn check_amount(amount: Tokens) -> text::Checked {
    if (1..=MAX_AMOUNT).contains(&amount.0) {
        return Ok(());
    }
    Err(format!("must be from 1 to {MAX_AMOUNT}"))
}

async fn check_pool(
    conn: &mut Connection,
    partner_id: &PartnerId,
    id: &PoolId,
) -> Result<(), Error> {
    let found = store::pool::find(conn, partner_id, id).await?;
    found.map(|_| ()).ok_or_else(unknown)
}

/// No pool of the partner has the id.
pub fn unknown() -> Error {
    Error::new(Code::TokenPoolNotFound, "no token pool has this id")
}
