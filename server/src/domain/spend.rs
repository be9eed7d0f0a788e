//! Spending tokens, as the marketplace would; only the sandbox plays it.

use ledger::{Command, Outcome, Spend};
use shared::Code;
use shared::id::PartnerId;
use shared::user::{SpendTokens, SpentTokens};

use super::order::MAX_IDEMPOTENCY_KEY;
use super::replay::Once;
use super::text;
use crate::app::App;
use crate::config::Environment;
use crate::error::Error;
use crate::store::ledger::Order;

/// Takes tokens from a user, or gives the first answer again under the same key.
pub async fn spend(
    app: &App,
    partner_id: &PartnerId,
    request: SpendTokens,
) -> Result<Once<SpentTokens>, Error> {
    if app.settings.environment == Environment::Production {
        return Err(Error::new(
            Code::NotFound,
            "only the sandbox plays the marketplace",
        ));
    }
    check(&request)?;
    let command = Command::Spend(Spend {
        seed: app.context.seed(),
        external_id: request.external_id.clone(),
        amount: request.amount,
        key: request.idempotency_key,
    });
    let order = Order {
        partner_id: partner_id.clone(),
        command,
    };
    match app.ledger.submit(order).await? {
        Outcome::Spent { spent, replayed } => Ok(Once {
            answer: SpentTokens {
                transaction_id: spent.transaction_id,
                external_user_id: request.external_id,
                amount: spent.amount,
            },
            is_replay: replayed,
        }),
        other => Err(Error::internal(format!("a spend ended as {other:?}"))),
    }
}

fn check(request: &SpendTokens) -> Result<(), Error> {
    let amount = if request.amount.0 > 0 {
        Ok(())
    } else {
        Err("must be more than 0".to_owned())
    };
    let key = text::ascii(&request.idempotency_key, MAX_IDEMPOTENCY_KEY);
    text::refuse_any([("amount", amount), ("idempotencyKey", key)])
}
