//! `giving pools`: the tokens from which rewards are paid, as the operator
//! gives them out.

use clap::builder::PossibleValuesParser;
use clap::{Args, Subcommand};
use ledger::{Allocate, Command, Outcome, Pool, Refill};
use shared::id::{PartnerId, PoolId, PoolRequestId};
use shared::money::Tokens;
use shared::time::Timestamp;

use super::keys::moment;
use super::output::{self, Shape};
use super::{CommandError, Flags, partners};
use crate::config::Environment;
use crate::context::Context;
use crate::domain::text;
use crate::store::ledger::{Ledger, LedgerError, Order};
use crate::store::{self, Db, event};

/// The most pools that are listed.
const MOST: i64 = 10_000;
/// The longest name, in characters.
const MAX_NAME: usize = 200;

#[derive(Debug, Args)]
pub(super) struct Pools {
    #[command(subcommand)]
    action: Action,
    #[command(flatten)]
    shape: Shape,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Make a pool and fill it
    Create(Box<Create>),
    /// Put more tokens into a pool
    Allocate {
        id: PoolId,
        #[arg(long, value_parser = some_tokens)]
        amount: Tokens,
    },
    /// Let a pool pay, or not; set what it may refill itself with
    Set {
        id: PoolId,
        #[arg(long, value_parser = PossibleValuesParser::new(["ACTIVE", "INACTIVE"]))]
        status: Option<String>,
        #[arg(long, value_name = "TOKENS", value_parser = tokens)]
        refill_allowance: Option<Tokens>,
    },
    /// Show every pool
    List {
        /// Only those of the partner with this slug
        #[arg(long, value_name = "SLUG")]
        partner: Option<String>,
    },
}

#[derive(Debug, Args)]
struct Create {
    /// The partner's slug
    #[arg(long, value_name = "SLUG")]
    partner: String,
    #[arg(long, value_parser = name)]
    name: String,
    /// The tokens to begin with
    #[arg(long, value_parser = tokens)]
    amount: Tokens,
    /// Days until tokens from this pool can be spent
    #[arg(long, value_name = "DAYS", default_value = "0", value_parser = clap::value_parser!(i64).range(0..=3_650))]
    vesting_days: i64,
    /// When the pool ends, such as 2027-01-31T00:00:00Z; what is left goes back
    #[arg(long, value_name = "RFC3339", value_parser = moment)]
    expires_at: Option<Timestamp>,
    /// The action types that it pays, separated by commas [default: all]
    #[arg(long, value_name = "TYPES", value_delimiter = ',', value_parser = action_type)]
    action_types: Vec<String>,
    /// Warn once the balance is below
    #[arg(long, value_name = "TOKENS", value_parser = tokens)]
    low_balance_threshold: Option<Tokens>,
    /// Refill once the balance is below
    #[arg(long, value_name = "TOKENS", value_parser = tokens, requires = "refill_amount")]
    refill_threshold: Option<Tokens>,
    /// How much a refill brings
    #[arg(long, value_name = "TOKENS", value_parser = some_tokens, requires = "refill_threshold", requires = "refill_per_day", requires = "refill_allowance")]
    refill_amount: Option<Tokens>,
    /// The most refills of a UTC day
    #[arg(long, value_name = "COUNT", requires = "refill_amount", value_parser = clap::value_parser!(i64).range(1..=100))]
    refill_per_day: Option<i64>,
    /// The tokens of all refills together
    #[arg(long, value_name = "TOKENS", value_parser = tokens, requires = "refill_amount")]
    refill_allowance: Option<Tokens>,
}

/// Why a pool was not made, filled or changed.
#[derive(Debug, thiserror::Error)]
pub enum PoolsError {
    #[error("no pool has the id {0} (giving pools list shows them)")]
    Unknown(PoolId),
    #[error("the pool {0} does not refill itself")]
    NoRefill(PoolId),
    #[error("the tokens cannot be put into the pool {pool}: {source}")]
    Ledger { pool: PoolId, source: LedgerError },
}

impl Pools {
    pub(super) async fn run(self, flags: &Flags) -> Result<(), CommandError> {
        let settings = flags.settings()?;
        let db = flags.database().await?;
        let place = (settings.environment, self.shape);
        match self.action {
            Action::Create(create) => {
                let partner = partners::find(&db, &create.partner).await?;
                let amount = create.amount;
                let pool = create.pool();
                insert(&db, &partner.id, &pool).await?;
                if amount.0 > 0 {
                    let grant = (&partner.id, &pool.id, amount, None);
                    allocate(&db, settings.environment, grant).await?;
                }
                show(&db, &pool.id, place).await
            }
            Action::Allocate { id, amount } => {
                let partner = partner_of(&db, &id).await?;
                allocate(&db, settings.environment, (&partner, &id, amount, None)).await?;
                show(&db, &id, place).await
            }
            Action::Set {
                id,
                status,
                refill_allowance,
            } => {
                set(&db, &id, (status, refill_allowance)).await?;
                show(&db, &id, place).await
            }
            Action::List { partner } => list(&db, partner, place).await,
        }
    }
}

impl Create {
    fn pool(self) -> Pool {
        let context = Context::system();
        let refill = self.refill_amount.map(|amount| Refill {
            threshold: self.refill_threshold.unwrap_or_default(),
            amount,
            per_day: self.refill_per_day.unwrap_or_default(),
            allowance: self.refill_allowance.unwrap_or_default(),
            day: 0,
            count: 0,
        });
        Pool {
            vesting_days: self.vesting_days,
            expires_at: self.expires_at,
            action_types: self.action_types,
            low_balance_threshold: self.low_balance_threshold,
            refill,
            ..Pool::new(context.object_id(), self.name, context.now())
        }
    }
}

async fn insert(db: &Db, partner_id: &PartnerId, pool: &Pool) -> Result<(), CommandError> {
    let mut tx = db.write().await?;
    store::pool::insert(&mut tx, partner_id, pool).await?;
    Ok(tx.commit().await?)
}

/// Puts tokens into a pool by the ledger's own writer, while a server may run.
pub(super) async fn allocate(
    db: &Db,
    environment: Environment,
    (partner_id, pool_id, amount, request_id): (&PartnerId, &PoolId, Tokens, Option<PoolRequestId>),
) -> Result<(), CommandError> {
    let context = Context::system();
    let (ledger, writers) = Ledger::start(db.clone(), &context, environment);
    let order = Order {
        partner_id: partner_id.clone(),
        command: Command::Allocate(Allocate {
            seed: context.seed(),
            pool_id: pool_id.clone(),
            amount,
            request_id,
        }),
    };
    let done = ledger.submit(order).await;
    drop(ledger);
    futures_util::future::join_all(writers).await;
    match done {
        Ok(Outcome::Allocated) => Ok(()),
        Ok(other) => unreachable!("an allocation ended as {other:?}"),
        Err(source) => Err(PoolsError::Ledger {
            pool: pool_id.clone(),
            source,
        }
        .into()),
    }
}

async fn partner_of(db: &Db, id: &PoolId) -> Result<PartnerId, CommandError> {
    let mut conn = db.read().await?;
    let found = store::pool::find_partner(&mut conn, id).await?;
    Ok(found.ok_or_else(|| PoolsError::Unknown(id.clone()))?)
}

async fn set(
    db: &Db,
    id: &PoolId,
    (status, refill_allowance): (Option<String>, Option<Tokens>),
) -> Result<(), CommandError> {
    let partner = partner_of(db, id).await?;
    let mut tx = db.write().await?;
    // The ledger's writer changes pools under the same lock.
    event::next_commit(&mut tx, &partner).await?;
    if let Some(status) = status {
        store::pool::set_active(&mut tx, (&partner, id), status == "ACTIVE").await?;
    }
    if let Some(allowance) = refill_allowance
        && !store::pool::set_refill_allowance(&mut tx, (&partner, id), allowance).await?
    {
        return Err(PoolsError::NoRefill(id.clone()).into());
    }
    Ok(tx.commit().await?)
}

async fn show(
    db: &Db,
    id: &PoolId,
    (environment, shape): (Environment, Shape),
) -> Result<(), CommandError> {
    let partner = partner_of(db, id).await?;
    let found = store::pool::find(&mut *db.read().await?, &partner, id).await?;
    db.close().await;
    let pool = found.ok_or_else(|| PoolsError::Unknown(id.clone()))?;
    let shown = store::pool::view(&pool, (Context::system().now(), environment));
    if shape.json {
        return output::json(&shown);
    }
    output::fields(&[
        ("id", shown.id.to_string()),
        ("name", shown.name),
        ("status", shown.status.to_string()),
        ("balance", shown.balance.0.to_string()),
        ("allocated", shown.allocated.0.to_string()),
        ("distributed", shown.distributed.0.to_string()),
        ("reversed", shown.reversed.0.to_string()),
    ])
}

async fn list(
    db: &Db,
    partner: Option<String>,
    (environment, shape): (Environment, Shape),
) -> Result<(), CommandError> {
    let partner = match partner {
        Some(slug) => Some(partners::find(db, &slug).await?.id),
        None => None,
    };
    let pools = store::pool::list_all(&mut *db.read().await?, partner.as_ref(), MOST).await?;
    db.close().await;
    let now = Context::system().now();
    let shown: Vec<_> = pools
        .iter()
        .map(|pool| store::pool::view(pool, (now, environment)))
        .collect();
    if shape.json {
        return output::json(&shown);
    }
    let row = |pool: shared::token_pool::Pool| {
        vec![
            pool.id.to_string(),
            pool.status.to_string(),
            pool.balance.0.to_string(),
            pool.allocated.0.to_string(),
            pool.distributed.0.to_string(),
            pool.name,
        ]
    };
    output::table(
        &[
            "ID",
            "STATUS",
            "BALANCE",
            "ALLOCATED",
            "DISTRIBUTED",
            "NAME",
        ],
        shown.into_iter().map(row).collect(),
    )
}

fn name(text: &str) -> Result<String, String> {
    text::printable(text, MAX_NAME).map(|()| text.to_owned())
}

fn action_type(text: &str) -> Result<String, String> {
    text::type_code(text).map(|()| text.to_owned())
}

fn tokens(text: &str) -> Result<Tokens, &'static str> {
    let amount = text.parse().ok().filter(|amount| *amount >= 0);
    amount.map(Tokens).ok_or("must be a whole number of tokens")
}

fn some_tokens(text: &str) -> Result<Tokens, &'static str> {
    let amount = tokens(text)?;
    if amount.0 > 0 {
        Ok(amount)
    } else {
        Err("must be more than 0")
    }
}
