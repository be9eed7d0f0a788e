//! Tokens that moved.

use std::sync::Arc;

use shared::Code;
use shared::transaction::{GetTransaction, ListTransactions};

use super::lists::Asked;
use crate::app::App;
use crate::auth::Authorized;
use crate::error::Error;
use crate::router::{Answered, Reply};
use crate::store;
use crate::store::transaction::Filter;

pub async fn list_transactions(
    app: Arc<App>,
    call: Authorized<ListTransactions>,
) -> Answered<ListTransactions> {
    let (partner_id, query) = (&call.caller.partner.id, call.call);
    let asked = Asked::read(query.page, query.limit, query.cursor.as_deref())?;
    let filter = Filter::from(query);
    let mut conn = app.db.read().await?;
    let part = (&filter, &asked.window());
    let rows = store::transaction::list(&mut conn, app.db.dialect(), partner_id, part).await?;
    let total = asked
        .total(store::transaction::count(&mut conn, partner_id, &filter))
        .await?;
    Ok(Reply::new(asked.answer(rows, total, |transaction| {
        (transaction.created_at, transaction.id.as_str())
    })))
}

pub async fn get_transaction(
    app: Arc<App>,
    call: Authorized<GetTransaction>,
) -> Answered<GetTransaction> {
    let (partner_id, id) = (&call.caller.partner.id, &call.call.id);
    let mut conn = app.db.read().await?;
    let found = store::transaction::find(&mut conn, app.db.dialect(), partner_id, id).await?;
    found
        .map(Reply::new)
        .ok_or_else(|| Error::new(Code::TransactionNotFound, "no transaction has this id"))
}
