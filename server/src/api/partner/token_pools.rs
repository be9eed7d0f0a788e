//! A partner's pools, and its requests for more tokens.

use std::sync::Arc;

use shared::token_pool::{
    GetPool, GetPoolBalance, ListPoolRequests, ListPools, PoolBalance, RequestTokens,
};

use super::lists::Asked;
use crate::app::App;
use crate::auth::Authorized;
use crate::domain::pool;
use crate::router::{Answered, Reply};
use crate::store;

pub async fn list_pools(app: Arc<App>, call: Authorized<ListPools>) -> Answered<ListPools> {
    let (partner_id, query) = (&call.caller.partner.id, call.call);
    let asked = Asked::read(query.page, query.limit, query.cursor.as_deref())?;
    let mut conn = app.db.read().await?;
    let pools = store::pool::list(&mut conn, partner_id, &asked.window()).await?;
    let total = asked
        .total(store::pool::count(&mut conn, partner_id))
        .await?;
    let scene = (app.context.now(), app.settings.environment);
    let shown = pools.iter().map(|pool| store::pool::view(pool, scene));
    Ok(Reply::new(asked.answer(shown.collect(), total, |pool| {
        (pool.created_at, pool.id.as_str())
    })))
}

pub async fn get_pool(app: Arc<App>, call: Authorized<GetPool>) -> Answered<GetPool> {
    let mut conn = app.db.read().await?;
    let found = store::pool::find(&mut conn, &call.caller.partner.id, &call.call.id).await?;
    let scene = (app.context.now(), app.settings.environment);
    let pool = found.ok_or_else(pool::unknown)?;
    Ok(Reply::new(store::pool::view(&pool, scene)))
}

pub async fn get_balance(
    app: Arc<App>,
    call: Authorized<GetPoolBalance>,
) -> Answered<GetPoolBalance> {
    let mut conn = app.db.read().await?;
    let found = store::pool::find(&mut conn, &call.caller.partner.id, &call.call.id).await?;
    let pool = found.ok_or_else(pool::unknown)?;
    Ok(Reply::new(PoolBalance {
        pool_id: pool.id,
        balance: pool.balance,
        allocated: pool.allocated,
        distributed: pool.distributed,
        reversed: pool.reversed,
        outstanding_debt: pool.receivable,
        as_of: app.context.now(),
    }))
}

pub async fn request_tokens(
    app: Arc<App>,
    call: Authorized<RequestTokens>,
) -> Answered<RequestTokens> {
    let key = call.idempotency_key();
    let noted = pool::request_tokens(&app, &call.caller.partner.id, key, call.call);
    Ok(noted.await?.into())
}

pub async fn list_requests(
    app: Arc<App>,
    call: Authorized<ListPoolRequests>,
) -> Answered<ListPoolRequests> {
    let (partner_id, query) = (&call.caller.partner.id, call.call);
    let asked = Asked::read(query.page, query.limit, query.cursor.as_deref())?;
    let mut conn = app.db.read().await?;
    let window = asked.window();
    let rows = store::pool_request::list(&mut conn, partner_id, query.status, &window).await?;
    let total = asked
        .total(store::pool_request::count(
            &mut conn,
            partner_id,
            query.status,
        ))
        .await?;
    Ok(Reply::new(asked.answer(rows, total, |request| {
        (request.created_at, request.id.as_str())
    })))
}
