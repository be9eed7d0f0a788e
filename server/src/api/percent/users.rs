//! The people whom a partner knows, by their ids alone.

use std::sync::Arc;

use shared::Code;
use shared::id::PercentUserId;
use shared::percent::{CreatePercentUser, GetPercentUser, PercentUser, PercentUserAnswer};
use shared::user::User;

use crate::app::App;
use crate::auth::Authorized;
use crate::domain::user;
use crate::error::Error;
use crate::router::{Answered, Reply};
use crate::store;

fn answer(data: PercentUser) -> PercentUserAnswer {
    PercentUserAnswer {
        data,
        object: "user".to_owned(),
    }
}

pub async fn create_user(
    app: Arc<App>,
    call: Authorized<CreatePercentUser>,
) -> Answered<CreatePercentUser> {
    let key = call.idempotency_key();
    let made = user::create_nameless(&app, &call.caller.partner.id, key, &call.call).await?;
    Ok(made.map(answer).into())
}

pub async fn get_user(app: Arc<App>, call: Authorized<GetPercentUser>) -> Answered<GetPercentUser> {
    let mut conn = app.db.read().await?;
    let partner_id = &call.caller.partner.id;
    let found = store::user::find_named(&mut conn, partner_id, &call.call.id).await?;
    let user =
        found.ok_or_else(|| Error::new(Code::UserNotFound, "no user of yours has this id"))?;
    Ok(Reply::new(answer(view(user))))
}

fn view(user: User) -> PercentUser {
    PercentUser {
        id: PercentUserId(user.external_user_id.0),
        created_at: user.created_at,
        deleted_at: None,
    }
}
