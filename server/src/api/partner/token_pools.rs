//! What is in a partner's pools.

use std::sync::Arc;

use shared::Code;
use shared::token_pool::{GetPoolBalance, PoolBalance};

use crate::app::App;
use crate::auth::Authorized;
use crate::error::Error;
use crate::router::{Answered, Reply};
use crate::store;

pub async fn get_balance(
    app: Arc<App>,
    call: Authorized<GetPoolBalance>,
) -> Answered<GetPoolBalance> {
    let partner_id = &call.caller.partner.id;
    let mut conn = app.db.read().await?;
    let pool = store::pool::find(&mut conn, partner_id, &call.call.id)
        .await?
        .ok_or_else(|| Error::new(Code::TokenPoolNotFound, "no token pool has this id"))?;
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
