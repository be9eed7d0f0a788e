//! The people whom a partner knows.

use std::sync::Arc;

use shared::NoContent;
use shared::user::{
    CreateUser, DeleteUser, GetUser, GetUserBalance, ListUserTransactions, ListUsers, SpendTokens,
    UpdateUser, User,
};

use super::lists::Asked;
use crate::app::App;
use crate::auth::Authorized;
use crate::domain::{spend, user};
use crate::router::{Answered, Reply};
use crate::store;
use crate::store::user::Filter;

pub async fn create_user(app: Arc<App>, call: Authorized<CreateUser>) -> Answered<CreateUser> {
    let key = call.idempotency_key();
    let made = user::create(&app, &call.caller.partner.id, key, call.call);
    Ok(made.await?.into())
}

pub async fn update_user(app: Arc<App>, call: Authorized<UpdateUser>) -> Answered<UpdateUser> {
    let updated = user::update(&app, &call.caller.partner.id, call.call);
    updated.await.map(Reply::new)
}

pub async fn delete_user(app: Arc<App>, call: Authorized<DeleteUser>) -> Answered<DeleteUser> {
    user::erase(&app, &call.caller.partner.id, &call.call.external_id).await?;
    Ok(Reply::new(NoContent))
}

pub async fn list_users(app: Arc<App>, call: Authorized<ListUsers>) -> Answered<ListUsers> {
    let ListUsers {
        page,
        limit,
        cursor,
        email,
        created_from,
        created_to,
    } = call.call;
    let asked = Asked::read(page, limit, cursor.as_deref())?;
    let filter = Filter {
        email: email.as_deref().map(store::user::folded),
        created_from,
        created_to,
    };
    let partner_id = &call.caller.partner.id;
    let mut conn = app.db.read().await?;
    let rows = store::user::list(&mut conn, partner_id, &filter, &asked.window()).await?;
    let total = asked
        .total(store::user::count(&mut conn, partner_id, &filter))
        .await?;
    Ok(Reply::new(asked.answer(rows, total, |user| {
        (user.created_at, user.id.as_str())
    })))
}

pub async fn get_user(app: Arc<App>, call: Authorized<GetUser>) -> Answered<GetUser> {
    let mut conn = app.db.read().await?;
    let found =
        store::user::find(&mut conn, &call.caller.partner.id, &call.call.external_id).await?;
    found.map(Reply::<User>::new).ok_or_else(user::unknown)
}

pub async fn get_balance(
    app: Arc<App>,
    call: Authorized<GetUserBalance>,
) -> Answered<GetUserBalance> {
    let mut conn = app.db.read().await?;
    let (partner_id, now) = (&call.caller.partner.id, app.context.now());
    let balance = store::user::balance(&mut conn, partner_id, &call.call.external_id, now).await?;
    balance.map(Reply::new).ok_or_else(user::unknown)
}

pub async fn list_transactions(
    app: Arc<App>,
    call: Authorized<ListUserTransactions>,
) -> Answered<ListUserTransactions> {
    let asked = Asked::read(call.call.page, call.call.limit, call.call.cursor.as_deref())?;
    let partner_id = &call.caller.partner.id;
    let mut conn = app.db.read().await?;
    let user = store::user::find(&mut conn, partner_id, &call.call.external_id).await?;
    let id = user.ok_or_else(user::unknown)?.id;
    let rows =
        store::transaction::list_of_user(&mut conn, partner_id, &id, &asked.window()).await?;
    let total = asked
        .total(store::transaction::count_of_user(
            &mut conn, partner_id, &id,
        ))
        .await?;
    Ok(Reply::new(asked.answer(rows, total, |transaction| {
        (transaction.created_at, transaction.id.as_str())
    })))
}

pub async fn spend(app: Arc<App>, call: Authorized<SpendTokens>) -> Answered<SpendTokens> {
    let done = spend::spend(&app, &call.caller.partner.id, call.call).await;
    Ok(done?.into())
}
