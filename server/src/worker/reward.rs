//! Rewards the donors of completed gifts, each exactly once: the ledger knows
//! the gift by its key, and the job ends in the transaction of the reward.

use std::sync::Arc;

use futures_util::future::join_all;
use ledger::{
    Command, Key, KeySpace, OnRefusal, Profile, Rate, Recipient, Reward, Stakeholder, UnknownUsers,
};
use shared::donation::{DonationStatus, RewardStatus};
use shared::id::{DonationId, ExternalUserId};
use shared::money::Tokens;
use shared::partner::PartnerStatus;

use super::jobs::{claim, retry};
use super::{LOOK_AGAIN, refund};
use crate::app::App;
use crate::error::Error;
use crate::store;
use crate::store::donation::DonationRow;
use crate::store::job::{self, Job, JobKind};
use crate::store::ledger::{LedgerError, Order};

pub(super) async fn run(app: Arc<App>) {
    while !app.shutdown.is_cancelled() {
        match due(&app).await {
            Ok(0) => {}
            Ok(_) => continue,
            Err(error) => error.log("rewards"),
        }
        tokio::select! {
            () = app.reward_due.notified() => {}
            () = tokio::time::sleep(LOOK_AGAIN) => {}
            () = app.shutdown.cancelled() => {}
        }
    }
}

/// Rewards first, since what is taken back must be there.
async fn due(app: &App) -> Result<usize, Error> {
    Ok(pass(app).await? + refund::pass(app).await?)
}

/// Does what is due, and answers how many jobs that was.
pub async fn pass(app: &App) -> Result<usize, Error> {
    let jobs = claim(app, JobKind::Reward).await?;
    for result in join_all(jobs.iter().map(|job| reward(app, job))).await {
        result?;
    }
    Ok(jobs.len())
}

async fn reward(app: &App, job: &Job) -> Result<(), Error> {
    let id = DonationId(job.subject_id.clone());
    let (donation, partner) = {
        let mut conn = app.db.read().await?;
        let donation = store::donation::find(&mut conn, &job.partner_id, &id).await?;
        (
            donation,
            store::partner::find(&mut conn, &job.partner_id).await?,
        )
    };
    let waiting = donation.filter(|row| row.public.reward_status == RewardStatus::Pending);
    if waiting
        .as_ref()
        .is_some_and(|row| row.public.status == DonationStatus::Refunded)
    {
        return leave(app, job, &id).await;
    }
    let (Some(donation), Some(partner)) = (waiting, partner) else {
        return finish(app, job).await;
    };
    if partner.status == PartnerStatus::Suspended {
        return retry(app, job).await;
    }
    let Some(command) = command(app, job, &donation) else {
        return finish(app, job).await;
    };
    let order = Order {
        partner_id: job.partner_id.clone(),
        command,
    };
    match app.ledger.submit(order).await {
        Ok(_) => {
            app.waiting.wake(&id);
            Ok(())
        }
        Err(LedgerError::Refused(refusal)) => {
            tracing::info!(donation = %id, code = %refusal.code, "a reward waits");
            retry(app, job).await
        }
        Err(LedgerError::Batch(error)) => Err(Error::internal(error)),
    }
}

/// The reward of a paid gift; none if it can have none.
fn command(app: &App, job: &Job, donation: &DonationRow) -> Option<Command> {
    let is_last_try = app.context.now() >= job.give_up_at;
    Some(Command::Reward(Reward {
        seed: app.context.seed(),
        key: Key {
            space: KeySpace::Donation,
            key: job.subject_id.clone(),
        },
        fingerprint: job.subject_id.clone(),
        action_type: "DONATION".to_owned(),
        amount: donation.public.amount,
        currency: donation.public.currency,
        rate: Rate::from_millionths(donation.reward_rate?),
        stakeholders: vec![donor(app, donation)?],
        unknown_users: UnknownUsers::Make,
        campaign_id: None,
        metadata: "{}".to_owned(),
        donation_id: Some(donation.public.partner_donation_id.clone()),
        on_refusal: if is_last_try {
            OnRefusal::Record
        } else {
            OnRefusal::Wait
        },
    }))
}

/// The donor: the user whom the partner named, else the oldest user of the
/// e-mail address, else a new one.
fn donor(app: &App, donation: &DonationRow) -> Option<Stakeholder> {
    let donor = &donation.donor;
    let by_address = |email: &String| Recipient::Address {
        email: store::user::folded(email),
        otherwise: ExternalUserId(format!("donor_{}", app.context.random_base62(22))),
    };
    let recipient = match &donation.external_user_id {
        Some(external_id) => Recipient::Named(external_id.clone()),
        None => by_address(donor.email.as_ref()?),
    };
    Some(Stakeholder {
        type_code: "DONOR".to_owned(),
        recipient,
        profile: Profile {
            email: donor.email.clone(),
            first_name: donor.first_name.clone(),
            last_name: donor.last_name.clone(),
        },
    })
}

/// A gift that was given back before it was rewarded has no reward.
async fn leave(app: &App, job: &Job, id: &DonationId) -> Result<(), Error> {
    let mut tx = app.db.write().await?;
    let none = (RewardStatus::NotEligible, Tokens(0), app.context.now());
    store::donation::set_reward(&mut tx, &job.partner_id, id, none).await?;
    job::finish(&mut tx, job.kind, &job.partner_id, &job.subject_id).await?;
    tx.commit().await?;
    app.waiting.wake(id);
    Ok(())
}

async fn finish(app: &App, job: &Job) -> Result<(), Error> {
    let mut tx = app.db.write().await?;
    job::finish(&mut tx, job.kind, &job.partner_id, &job.subject_id).await?;
    Ok(tx.commit().await?)
}
