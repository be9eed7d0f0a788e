//! Campaigns and their rules. What they have spent is the ledger's alone to
//! change.

use shared::campaign::{Campaign, CampaignStatus};
use shared::decimal::Multiplier;
use shared::id::{CampaignId, PartnerId};
use shared::money::Tokens;
use sqlx::Error;
use sqlx::any::AnyRow;

use super::Connection;
use super::row::Columns as _;

/// Writes what a campaign has spent, under its partner's books lock.
pub(super) async fn set_spent(
    conn: &mut Connection,
    partner_id: &PartnerId,
    id: &CampaignId,
    spent: Tokens,
) -> Result<(), Error> {
    sqlx::query("UPDATE campaigns SET spent = $1 WHERE partner_id = $2 AND id = $3")
        .bind(spent.0)
        .bind(partner_id.as_str())
        .bind(id.as_str())
        .execute(conn)
        .await?;
    Ok(())
}

pub(super) fn read(row: &AnyRow) -> Result<Campaign, Error> {
    let tokens = |name: &str| Ok::<_, Error>(row.number_or_null(name)?.map(Tokens));
    Ok(Campaign {
        id: row.text("id")?,
        name: row.text("name")?,
        description: row.text_or_null("description")?,
        status: row.named("status", CampaignStatus::named)?,
        action_types: row.json("action_types")?,
        multiplier: Multiplier::from_ten_thousandths(row.number("multiplier")?),
        tiers: row.json("tiers")?,
        splits: row.json("splits")?,
        per_action_cap: tokens("per_action_cap")?,
        per_user_cap: tokens("per_user_cap")?,
        budget: tokens("budget")?,
        spent: Tokens(row.number("spent")?),
        starts_at: row.time_or_null("starts_at")?,
        ends_at: row.time_or_null("ends_at")?,
        schedule: row.json("schedule")?,
        created_at: row.time("created_at")?,
        updated_at: row.time("updated_at")?,
    })
}
