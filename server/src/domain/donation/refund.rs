//! A paid gift given back, whole or in part. What is taken back of the reward is
//! left as a job.

use shared::Code;
use shared::donation::{DonationStatus, Refund, RefundDonation, RewardStatus};
use shared::event::EventType;
use shared::id::PartnerId;
use shared::money::Minor;

use super::tell;
use crate::context::Context;
use crate::domain::order::MAX_IDEMPOTENCY_KEY;
use crate::domain::replay::{self, Once};
use crate::domain::text;
use crate::error::Error;
use crate::store::donation::DonationRow;
use crate::store::donation::refund::{self, RefundRow};
use crate::store::job::{Job, JobKind};
use crate::store::{self, Db, event};
use crate::vault;

/// Gives a gift back that the bundled gateway took, or answers the first refund
/// again under the same idempotency key.
pub async fn refund(
    (db, context): (&Db, &Context),
    partner_id: &PartnerId,
    asked: RefundDonation,
) -> Result<Once<Refund>, Error> {
    let key = asked.idempotency_key.as_str();
    text::refuse_any([("idempotencyKey", text::ascii(key, MAX_IDEMPOTENCY_KEY))])?;
    let fingerprint = serde_json::to_vec(&(&asked.id, asked.amount))
        .map(vault::hash)
        .map_err(Error::internal)?;
    let now = context.now();
    let mut tx = db.write().await?;
    let commit = event::next_commit(&mut tx, partner_id).await?;
    if let Some(earlier) = refund::find(&mut tx, partner_id, key).await? {
        return if earlier.fingerprint == fingerprint {
            Ok(Once::again(earlier.public))
        } else {
            Err(replay::reused())
        };
    }
    let found = store::donation::find(&mut tx, partner_id, &asked.id).await?;
    let mut gift = found.ok_or_else(super::unknown)?.judged(now);
    let amount = amount(&gift, asked.amount)?;
    gift.amount_refunded.0 += amount.0;
    if gift.amount_refunded == gift.paid() {
        gift.public.status = DonationStatus::Refunded;
    }
    gift.public.updated_at = now;
    let row = RefundRow {
        public: Refund {
            refund_id: context.object_id(),
            partner_donation_id: asked.id.clone(),
            status: gift.public.status,
            amount,
            amount_refunded: gift.amount_refunded,
            currency: gift.public.currency,
            created_at: now,
        },
        fingerprint,
    };
    refund::insert(&mut tx, (partner_id, key), &row).await?;
    if has_reward(gift.public.reward_status) {
        store::job::put(&mut tx, &job(&gift), now).await?;
    }
    let place = (commit, EventType::DonationRefunded);
    tell((db.dialect(), context), &mut tx, &gift, place).await?;
    tx.commit().await?;
    Ok(Once::first(row.public))
}

/// What is to be given back, if it can be.
fn amount(gift: &DonationRow, asked: Option<Minor>) -> Result<Minor, Error> {
    if gift.public.status != DonationStatus::Completed {
        return Err(Error::new(
            Code::InvalidDonationState,
            format!(
                "only a paid gift can be given back, and this one is {}",
                gift.public.status
            ),
        ));
    }
    let left = Minor(gift.paid().0 - gift.amount_refunded.0);
    match asked {
        None => Ok(left),
        Some(amount) if (1..=left.0).contains(&amount.0) => Ok(amount),
        Some(_) => Err(Error::field(
            "amount",
            format!("must be from 1 to {}, which is left of the gift", left.0),
        )),
    }
}

/// Whether there are tokens to take back, or will be.
const fn has_reward(status: RewardStatus) -> bool {
    match status {
        RewardStatus::Pending | RewardStatus::Awarded => true,
        RewardStatus::NotEligible | RewardStatus::Failed | RewardStatus::Reversed => false,
    }
}

fn job(gift: &DonationRow) -> Job {
    Job {
        kind: JobKind::Refund,
        partner_id: gift.partner_id.clone(),
        subject_id: gift.public.partner_donation_id.to_string(),
        attempts: 0,
        give_up_at: shared::time::Timestamp(i64::MAX),
    }
}
