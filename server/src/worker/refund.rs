//! Takes back of a reward what was given back of its gift. The reward itself may
//! still be due: then that is waited for.

use futures_util::future::join_all;
use ledger::{Command, Key, KeySpace, Reverse};
use shared::donation::RewardStatus;
use shared::id::DonationId;
use shared::money::Percent;

use super::jobs::{claim, retry};
use crate::app::App;
use crate::error::Error;
use crate::store;
use crate::store::donation::DonationRow;
use crate::store::job::{self, Job, JobKind};
use crate::store::ledger::{LedgerError, Order};

/// Does what is due, and answers how many jobs that was.
pub async fn pass(app: &App) -> Result<usize, Error> {
    let jobs = claim(app, JobKind::Refund).await?;
    for result in join_all(jobs.iter().map(|job| take_back(app, job))).await {
        result?;
    }
    Ok(jobs.len())
}

async fn take_back(app: &App, job: &Job) -> Result<(), Error> {
    let id = DonationId(job.subject_id.clone());
    let mut conn = app.db.read().await?;
    let Some(gift) = store::donation::find(&mut conn, &job.partner_id, &id).await? else {
        return finish(app, job).await;
    };
    match gift.public.reward_status {
        RewardStatus::Pending => return retry(app, job).await,
        RewardStatus::NotEligible | RewardStatus::Failed | RewardStatus::Reversed => {
            return finish(app, job).await;
        }
        RewardStatus::Awarded => {}
    }
    let action = store::action::of_donation(&mut conn, &job.partner_id, &id).await?;
    drop(conn);
    let share = refunded_share(&gift);
    // What the partner took back by itself counts.
    let reversed = action
        .as_ref()
        .map_or(share, |action| action.percent_reversed);
    let (Some(action), true) = (action, share > reversed) else {
        return finish(app, job).await;
    };
    let order = Order {
        partner_id: job.partner_id.clone(),
        command: Command::Reverse(Reverse {
            seed: app.context.seed(),
            action_id: action.id,
            key: Key {
                space: KeySpace::Donation,
                key: format!("{id} {share}"),
            },
            percent: Percent::from_hundredths(share.hundredths() - reversed.hundredths()),
            reason: "the gift was refunded".to_owned(),
        }),
    };
    match app.ledger.submit(order).await {
        Ok(_) => {
            app.waiting.wake(&id);
            finish(app, job).await
        }
        Err(LedgerError::Refused(refusal)) => {
            tracing::info!(donation = %id, code = %refusal.code, "a reward is taken back later");
            retry(app, job).await
        }
        Err(LedgerError::Batch(error)) => Err(Error::internal(error)),
    }
}

/// More may have been given back while this was taken back.
async fn finish(app: &App, job: &Job) -> Result<(), Error> {
    let mut tx = app.db.write().await?;
    job::finish_or_go_on(&mut tx, job).await?;
    Ok(tx.commit().await?)
}

/// How much of the payment was given back, rounded down until it is all.
fn refunded_share(gift: &DonationRow) -> Percent {
    let paid = i128::from(gift.paid().0).max(1);
    let share = i128::from(gift.amount_refunded.0) * 10_000 / paid;
    Percent::from_hundredths(u32::try_from(share.clamp(0, 10_000)).unwrap_or_default())
}
