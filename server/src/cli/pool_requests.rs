//! `giving pool-requests`: tokens that partners ask for, and the operator's
//! answer.

use clap::builder::{PossibleValuesParser, TypedValueParser as _};
use clap::{Args, Subcommand};
use serde::Serialize;
use shared::id::{PartnerId, PoolId, PoolRequestId};
use shared::token_pool::{PoolRequest, PoolRequestStatus};

use super::output::{self, Shape};
use super::{CommandError, Flags, pools};
use crate::context::Context;
use crate::store::{self, Db, event, pool_request};

/// The most requests that are listed.
const MOST: i64 = 10_000;

#[derive(Debug, Args)]
pub(super) struct PoolRequests {
    #[command(subcommand)]
    action: Action,
    #[command(flatten)]
    shape: Shape,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Show what was asked for, oldest first
    List {
        #[arg(long, value_parser = status())]
        status: Option<PoolRequestStatus>,
    },
    /// Put the tokens into the pool, once
    Approve {
        id: PoolRequestId,
        /// The pool, if the request names none
        #[arg(long, value_name = "POOL_ID")]
        pool: Option<PoolId>,
    },
    /// Say no
    Reject { id: PoolRequestId },
}

/// Why a request was not answered.
#[derive(Debug, thiserror::Error)]
pub enum PoolRequestsError {
    #[error("no request has the id {0} (giving pool-requests list shows them)")]
    Unknown(PoolRequestId),
    #[error("the request {0} was answered before: it is {1}")]
    Answered(PoolRequestId, PoolRequestStatus),
    #[error("the request {0} names no pool: choose one with --pool")]
    NoPool(PoolRequestId),
}

/// A request and whose it is.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Shown {
    partner_id: PartnerId,
    #[serde(flatten)]
    request: PoolRequest,
}

impl From<(PartnerId, PoolRequest)> for Shown {
    fn from((partner_id, request): (PartnerId, PoolRequest)) -> Self {
        Self {
            partner_id,
            request,
        }
    }
}

impl PoolRequests {
    pub(super) async fn run(self, flags: &Flags) -> Result<(), CommandError> {
        let environment = flags.settings()?.environment;
        let db = flags.database().await?;
        let id = match self.action {
            Action::List { status } => return list(&db, status, self.shape).await,
            Action::Approve { id, pool } => {
                let (partner, request) = waiting(&db, &id).await?;
                let named = request.pool_id.or(pool);
                let pool = named.ok_or_else(|| PoolRequestsError::NoPool(id.clone()))?;
                let grant = (&partner, &pool, request.amount, Some(id.clone()));
                pools::allocate(&db, environment, grant).await?;
                id
            }
            Action::Reject { id } => {
                reject(&db, &id).await?;
                id
            }
        };
        let shown = Shown::from(find(&db, &id).await?);
        db.close().await;
        if self.shape.json {
            return output::json(&shown);
        }
        output::fields(&[
            ("id", shown.request.id.to_string()),
            ("status", shown.request.status.to_string()),
            ("amount", shown.request.amount.0.to_string()),
        ])
    }
}

async fn find(db: &Db, id: &PoolRequestId) -> Result<(PartnerId, PoolRequest), CommandError> {
    let found = pool_request::find(&mut *db.read().await?, id).await?;
    Ok(found.ok_or_else(|| PoolRequestsError::Unknown(id.clone()))?)
}

/// A request that nobody has answered yet.
async fn waiting(db: &Db, id: &PoolRequestId) -> Result<(PartnerId, PoolRequest), CommandError> {
    let (partner, request) = find(db, id).await?;
    match request.status {
        PoolRequestStatus::Pending => Ok((partner, request)),
        answered => Err(PoolRequestsError::Answered(id.clone(), answered).into()),
    }
}

async fn reject(db: &Db, id: &PoolRequestId) -> Result<(), CommandError> {
    let (partner, _) = waiting(db, id).await?;
    let mut tx = db.write().await?;
    event::lock_books(&mut tx, db.dialect(), &partner).await?;
    let now = Context::system().now();
    let answer = (PoolRequestStatus::Rejected, now);
    let is_answered = pool_request::answer(&mut tx, (&partner, id), answer).await?;
    tx.commit().await?;
    if !is_answered {
        // Somebody else was quicker.
        waiting(db, id).await?;
    }
    Ok(())
}

async fn list(
    db: &Db,
    status: Option<PoolRequestStatus>,
    shape: Shape,
) -> Result<(), CommandError> {
    let found = store::pool_request::list_all(&mut *db.read().await?, status, MOST).await?;
    db.close().await;
    let shown: Vec<_> = found.into_iter().map(Shown::from).collect();
    if shape.json {
        return output::json(&shown);
    }
    let row = |Shown {
                   partner_id,
                   request,
               }: Shown| {
        vec![
            request.id.to_string(),
            request.status.to_string(),
            request.amount.0.to_string(),
            partner_id.to_string(),
            request.pool_id.map_or("-".to_owned(), |id| id.to_string()),
            request.reason,
        ]
    };
    output::table(
        &["ID", "STATUS", "AMOUNT", "PARTNER", "POOL", "REASON"],
        shown.into_iter().map(row).collect(),
    )
}

fn status() -> impl clap::builder::TypedValueParser<Value = PoolRequestStatus> {
    PossibleValuesParser::new(PoolRequestStatus::ALL.iter().map(|status| status.as_str()))
        .try_map(|text| PoolRequestStatus::named(&text).ok_or("unknown status"))
}
