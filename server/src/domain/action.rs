//! What people did: from a request to a command of the ledger, and from its
//! outcome to an answer.

mod check;

use ledger::{
    Command, Key, KeySpace, OnRefusal, Outcome, Profile, Recipient, Refusal, Reward, Seed,
    Stakeholder, UnknownUsers,
};
use serde_json::value::RawValue;
use shared::Code;
use shared::action::{
    ActionStatus, BulkItem, BulkItemError, BulkResult, ReverseAction, Reversed, SubmitAction,
    SubmitBulk, SubmittedAction, SubmittedStakeholder,
};
use shared::id::PartnerId;

use super::replay::Once;
use crate::app::App;
use crate::config::Settings;
use crate::error::Error;
use crate::request;
use crate::store;
use crate::store::ledger::{LedgerError, Order};
use crate::vault;

/// Rewards an action, or gives the first answer again under the same key.
pub async fn submit(
    app: &App,
    partner_id: &PartnerId,
    request: SubmitAction,
) -> Result<Once<SubmittedAction>, Error> {
    let key = request.idempotency_key.clone();
    let command = reward(&app.settings, app.context.seed(), request)?;
    let order = Order {
        partner_id: partner_id.clone(),
        command,
    };
    submitted(key, app.ledger.submit(order).await)
}

/// Rewards each of many actions by itself; one that cannot be read fails alone.
pub async fn submit_all(
    app: &App,
    partner_id: &PartnerId,
    request: SubmitBulk,
) -> Result<BulkResult, Error> {
    let total = request.actions.len();
    if !(1..=SubmitBulk::MAX).contains(&total) {
        let message = format!("actions must have 1 to {} items", SubmitBulk::MAX);
        return Err(Error::new(Code::BulkLimitExceeded, message));
    }
    let mut items = Vec::with_capacity(total);
    let mut orders = Vec::with_capacity(total);
    for (index, text) in request.actions.iter().enumerate() {
        match read_item(app, text) {
            Ok((key, command)) => {
                orders.push(Order {
                    partner_id: partner_id.clone(),
                    command,
                });
                items.push(Item::Sent(key));
            }
            Err(error) => {
                items.push(Item::Unread(failed_item(index, find_key(text), &error)));
            }
        }
    }
    let mut outcomes = app.ledger.submit_all(orders).await?.into_iter();
    let mut results = Vec::with_capacity(total);
    for (index, item) in items.into_iter().enumerate() {
        results.push(match item {
            Item::Unread(failed) => failed,
            Item::Sent(key) => match outcomes.next() {
                Some(outcome) => done_item(index, key, outcome),
                None => failed_item(index, Some(key), &Error::overloaded()),
            },
        });
    }
    let is_done = |item: &&BulkItem| item.error.is_none();
    let succeeded = results.iter().filter(is_done).count();
    Ok(BulkResult {
        total,
        succeeded,
        failed: total - succeeded,
        results,
    })
}

/// How far an item of a bulk call came.
enum Item {
    /// It cannot be read, and that is its result.
    Unread(BulkItem),
    /// The ledger has it, under this key.
    Sent(String),
}

fn read_item(app: &App, text: &RawValue) -> Result<(String, Command), Error> {
    let request: SubmitAction = request::from_body(Vec::new(), text.get().as_bytes())?;
    let key = request.idempotency_key.clone();
    Ok((key, reward(&app.settings, app.context.seed(), request)?))
}

/// The key of an item that cannot be read as a whole.
fn find_key(text: &RawValue) -> Option<String> {
    let item: serde_json::Value = serde_json::from_str(text.get()).ok()?;
    item.get("idempotencyKey")?.as_str().map(str::to_owned)
}

fn done_item(index: usize, key: String, outcome: Result<Outcome, LedgerError>) -> BulkItem {
    match submitted(key.clone(), outcome) {
        Err(error) => failed_item(index, Some(key), &error),
        Ok(Once { answer, is_replay }) => BulkItem {
            index,
            idempotency_key: Some(key),
            status: answer.status,
            action_id: Some(answer.action_id),
            tokens_distributed: Some(answer.tokens_distributed),
            transaction_ids: Some(answer.transaction_ids),
            replayed: is_replay,
            error: None,
        },
    }
}

fn failed_item(index: usize, idempotency_key: Option<String>, error: &Error) -> BulkItem {
    BulkItem {
        index,
        idempotency_key,
        status: ActionStatus::Failed,
        action_id: error.action_id.clone(),
        tokens_distributed: None,
        transaction_ids: None,
        replayed: false,
        error: Some(BulkItemError {
            code: error.code,
            message: error.message.clone(),
        }),
    }
}

/// Takes back part of an action's tokens, or gives the first answer again.
pub async fn reverse(
    app: &App,
    partner_id: &PartnerId,
    request: ReverseAction,
) -> Result<Once<Reversed>, Error> {
    check::reverse(&request)?;
    let command = Command::Reverse(ledger::Reverse {
        seed: app.context.seed(),
        action_id: request.action_id,
        key: callers(request.refund_idempotency_key),
        percent: request.reversal_percentage,
        reason: request.reason.unwrap_or_default(),
    });
    let order = Order {
        partner_id: partner_id.clone(),
        command,
    };
    match app.ledger.submit(order).await {
        Ok(Outcome::Reversed { reversal, replayed }) => Ok(Once {
            answer: store::action::reversed(&reversal),
            is_replay: replayed,
        }),
        Ok(other) => Err(Error::internal(format!("a reversal ended as {other:?}"))),
        Err(error) => Err(error.into()),
    }
}

fn callers(key: String) -> Key {
    Key {
        space: KeySpace::Caller,
        key,
    }
}

/// The command behind a request, or everything that is wrong with it.
fn reward(settings: &Settings, seed: Seed, request: SubmitAction) -> Result<Command, Error> {
    let priced = check::submit(settings, &request)?;
    let metadata = request.metadata.as_ref().map(serde_json::to_string);
    let metadata = metadata.transpose().map_err(Error::internal)?;
    Ok(Command::Reward(Reward {
        seed,
        fingerprint: fingerprint(&request, &priced),
        key: callers(request.idempotency_key),
        action_type: request.action_type,
        amount: priced.amount,
        currency: priced.currency,
        rate: priced.rate,
        stakeholders: request.stakeholders.into_iter().map(stakeholder).collect(),
        unknown_users: if request.auto_create_users {
            UnknownUsers::Make
        } else {
            UnknownUsers::Refuse
        },
        campaign_id: request.campaign_id,
        metadata: metadata.unwrap_or_else(|| "{}".to_owned()),
        donation_id: None,
        on_refusal: OnRefusal::Record,
    }))
}

fn stakeholder(submitted: SubmittedStakeholder) -> Stakeholder {
    Stakeholder {
        type_code: submitted.stakeholder_type_code,
        recipient: Recipient::Named(submitted.partner_user_id),
        profile: Profile {
            email: submitted.user_email,
            first_name: submitted.user_first_name,
            last_name: submitted.user_last_name,
        },
    }
}

/// A hash of what makes a request the same: type, amount, currency, campaign and
/// who took part as what, in order. Names, addresses and metadata do not count
/// (contract §5.1).
fn fingerprint(request: &SubmitAction, priced: &check::Priced) -> String {
    let who = |part: &SubmittedStakeholder| {
        serde_json::json!([part.stakeholder_type_code, part.partner_user_id])
    };
    let people: Vec<_> = request.stakeholders.iter().map(who).collect();
    let parts = serde_json::json!([
        request.action_type,
        priced.amount,
        priced.currency,
        request.campaign_id,
        people
    ]);
    vault::hash(parts.to_string())
}

fn submitted(
    idempotency_key: String,
    outcome: Result<Outcome, LedgerError>,
) -> Result<Once<SubmittedAction>, Error> {
    match outcome {
        Ok(Outcome::Rewarded {
            action_id,
            tokens,
            transaction_ids,
            replayed,
        }) => Ok(Once {
            answer: SubmittedAction {
                action_id,
                idempotency_key,
                status: ActionStatus::Completed,
                tokens_distributed: tokens,
                transaction_ids,
            },
            is_replay: replayed,
        }),
        Ok(Outcome::Failed { action_id, code }) => {
            let mut error = Error::from(Refusal { code });
            error.action_id = Some(action_id);
            Err(error)
        }
        Ok(other) => Err(Error::internal(format!("an action ended as {other:?}"))),
        Err(error) => Err(error.into()),
    }
}

impl From<LedgerError> for Error {
    fn from(error: LedgerError) -> Self {
        match error {
            LedgerError::Refused(refusal) => refusal.into(),
            LedgerError::Batch(error) => error.into(),
        }
    }
}

impl From<Refusal> for Error {
    fn from(Refusal { code }: Refusal) -> Self {
        let message = match code {
            Code::InsufficientPool => "no token pool for this action has enough left",
            Code::NoSandboxPool => {
                "there is no token pool yet: ask for tokens, or make one with giving pools create"
            }
            // The vendor's own words (SIR Giving, "Errors").
            Code::NoActivePool => "No active token pool found",
            Code::UserNotFound => {
                "no user of yours has this id; send autoCreateUsers: true to make unknown users"
            }
            Code::CampaignNotFound => "no campaign has this id",
            Code::CampaignNotActive => "this campaign does not apply to this action now",
            Code::IdempotencyKeyReused => return super::replay::reused(),
            Code::AmountTooLarge => "the amount is worth more tokens than can be counted",
            Code::ActionNotFound => "no action has this id",
            Code::AlreadyReversed => "more than is left of the action would be reversed",
            Code::InvalidActionState => "an action that failed cannot be reversed",
            Code::InsufficientBalance => "the user has fewer tokens to spend",
            Code::TokenPoolNotFound => "no token pool has this id",
            Code::ValidationError => "the amount must be more than 0",
            other => return Self::internal(format!("the ledger refused with {other}")),
        };
        Self::new(code, message)
    }
}
