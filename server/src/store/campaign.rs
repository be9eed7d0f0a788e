//! Campaigns and their rules. What they have spent is the ledger's alone to
//! change.

pub mod analytics;

use shared::campaign::{Campaign, CampaignStatus};
use shared::decimal::Multiplier;
use shared::id::{CampaignId, PartnerId};
use shared::money::Tokens;
use shared::time::Timestamp;
use sqlx::Error;
use sqlx::any::AnyRow;

use super::Connection;
use super::list::Window;
use super::row::Columns as _;
use super::sql::json;

/// A campaign, and what its partner does not see of it.
#[derive(Clone, Debug)]
pub struct CampaignRow {
    pub partner_id: PartnerId,
    pub public: Campaign,
    /// Whether `campaign.started` was told.
    pub start_told: bool,
}

/// Which campaigns, and which part of the list of them.
#[derive(Clone, Debug)]
pub struct Filter {
    /// By the clock: one past its end has ended.
    pub status: Option<CampaignStatus>,
    pub now: Timestamp,
    /// Those that name it, and those for every type.
    pub action_type: Option<String>,
    pub created_from: Option<Timestamp>,
    pub created_to: Option<Timestamp>,
}

/// Adds a campaign that has spent nothing.
pub async fn insert(conn: &mut Connection, row: &CampaignRow) -> Result<(), Error> {
    let public = &row.public;
    sqlx::query(
        "INSERT INTO campaigns (partner_id, id, name, description, status, action_types, multiplier, tiers,
             splits, per_action_cap, per_user_cap, budget, spent, starts_at, ends_at, schedule, start_told,
             created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 0, $13, $14, $15, $16, $17, $18)",
    )
    .bind(row.partner_id.as_str())
    .bind(public.id.as_str())
    .bind(&public.name)
    .bind(&public.description)
    .bind(public.status.as_str())
    .bind(json(&public.action_types)?)
    .bind(public.multiplier.ten_thousandths())
    .bind(json(&public.tiers)?)
    .bind(json(&public.splits)?)
    .bind(public.per_action_cap.map(|tokens| tokens.0))
    .bind(public.per_user_cap.map(|tokens| tokens.0))
    .bind(public.budget.map(|tokens| tokens.0))
    .bind(public.starts_at.map(|time| time.0))
    .bind(public.ends_at.map(|time| time.0))
    .bind(json(&public.schedule)?)
    .bind(i64::from(row.start_told))
    .bind(public.created_at.0)
    .bind(public.updated_at.0)
    .execute(conn)
    .await?;
    Ok(())
}

/// Writes everything of a campaign but what it has spent.
pub async fn update(conn: &mut Connection, row: &CampaignRow) -> Result<(), Error> {
    let public = &row.public;
    sqlx::query(
        "UPDATE campaigns SET name = $3, description = $4, status = $5, action_types = $6, multiplier = $7,
             tiers = $8, splits = $9, per_action_cap = $10, per_user_cap = $11, budget = $12, starts_at = $13,
             ends_at = $14, schedule = $15, start_told = $16, updated_at = $17
         WHERE partner_id = $1 AND id = $2",
    )
    .bind(row.partner_id.as_str())
    .bind(public.id.as_str())
    .bind(&public.name)
    .bind(&public.description)
    .bind(public.status.as_str())
    .bind(json(&public.action_types)?)
    .bind(public.multiplier.ten_thousandths())
    .bind(json(&public.tiers)?)
    .bind(json(&public.splits)?)
    .bind(public.per_action_cap.map(|tokens| tokens.0))
    .bind(public.per_user_cap.map(|tokens| tokens.0))
    .bind(public.budget.map(|tokens| tokens.0))
    .bind(public.starts_at.map(|time| time.0))
    .bind(public.ends_at.map(|time| time.0))
    .bind(json(&public.schedule)?)
    .bind(i64::from(row.start_told))
    .bind(public.updated_at.0)
    .execute(conn)
    .await?;
    Ok(())
}

pub async fn find(
    conn: &mut Connection,
    partner_id: &PartnerId,
    id: &CampaignId,
) -> Result<Option<CampaignRow>, Error> {
    let row = sqlx::query("SELECT * FROM campaigns WHERE partner_id = $1 AND id = $2")
        .bind(partner_id.as_str())
        .bind(id.as_str())
        .fetch_optional(conn)
        .await?;
    row.map(|row| {
        Ok(CampaignRow {
            partner_id: row.text("partner_id")?,
            public: read(&row)?,
            start_told: row.flag("start_told")?,
        })
    })
    .transpose()
}

/// What both the list and its length are filtered by.
macro_rules! filtered {
    ($select:literal, $rest:literal) => {
        concat!(
            $select,
            " FROM campaigns
             WHERE partner_id = $1
               AND (CAST($2 AS TEXT) IS NULL
                    OR CASE WHEN status <> 'DRAFT' AND ends_at <= $3 THEN 'ENDED' ELSE status END = $2)
               AND (CAST($4 AS TEXT) IS NULL OR action_types = '[]'
                    OR REPLACE(action_types, $4, '') <> action_types)
               AND (CAST($5 AS BIGINT) IS NULL OR created_at >= $5)
               AND (CAST($6 AS BIGINT) IS NULL OR created_at < $6) ",
            $rest
        )
    };
}

/// Newest first, as they stand at the filter's moment.
pub async fn list(
    conn: &mut Connection,
    partner_id: &PartnerId,
    filter: &Filter,
    window: &Window,
) -> Result<Vec<Campaign>, Error> {
    let after = window.after.as_ref();
    let rows = sqlx::query(filtered!(
        "SELECT *",
        "AND (CAST($7 AS BIGINT) IS NULL OR (created_at, id) < ($7, $8))
         ORDER BY created_at DESC, id DESC LIMIT $9 OFFSET $10"
    ))
    .bind(partner_id.as_str())
    .bind(filter.status.map(CampaignStatus::as_str))
    .bind(filter.now.0)
    .bind(filter.action_type.as_deref().map(quoted))
    .bind(filter.created_from.map(|time| time.0))
    .bind(filter.created_to.map(|time| time.0))
    .bind(after.map(|(time, _)| time.0))
    .bind(after.map(|(_, id)| id.as_str()))
    .bind(window.limit)
    .bind(window.offset)
    .fetch_all(conn)
    .await?;
    rows.iter()
        .map(|row| Ok(read(row)?.judged(filter.now)))
        .collect()
}

pub async fn count(
    conn: &mut Connection,
    partner_id: &PartnerId,
    filter: &Filter,
) -> Result<i64, Error> {
    sqlx::query(filtered!("SELECT COUNT(*) AS total", ""))
        .bind(partner_id.as_str())
        .bind(filter.status.map(CampaignStatus::as_str))
        .bind(filter.now.0)
        .bind(filter.action_type.as_deref().map(quoted))
        .bind(filter.created_from.map(|time| time.0))
        .bind(filter.created_to.map(|time| time.0))
        .fetch_one(conn)
        .await?
        .number("total")
}

/// A type as it stands in the JSON text of a list of types.
fn quoted(action_type: &str) -> String {
    format!("\"{action_type}\"")
}

/// The partner's ACTIVE campaigns whose end is not past, whether begun or not.
pub async fn active(
    conn: &mut Connection,
    partner_id: &PartnerId,
    now: Timestamp,
) -> Result<Vec<Campaign>, Error> {
    let rows = sqlx::query(
        "SELECT * FROM campaigns
         WHERE status = 'ACTIVE' AND partner_id = $1 AND (ends_at IS NULL OR ends_at > $2)
         ORDER BY created_at, id",
    )
    .bind(partner_id.as_str())
    .bind(now.0)
    .fetch_all(conn)
    .await?;
    rows.iter().map(read).collect()
}

/// Campaigns of all partners that the clock has brought to a start or an end
/// that was not told, at most `limit`.
pub async fn due(
    conn: &mut Connection,
    now: Timestamp,
    limit: i64,
) -> Result<Vec<(PartnerId, CampaignId)>, Error> {
    let rows = sqlx::query(
        "SELECT partner_id, id FROM campaigns
         WHERE status IN ('ACTIVE', 'PAUSED')
           AND (ends_at <= $1
                OR (status = 'ACTIVE' AND start_told = 0 AND (starts_at IS NULL OR starts_at <= $1)))
         ORDER BY partner_id, id LIMIT $2",
    )
    .bind(now.0)
    .bind(limit)
    .fetch_all(conn)
    .await?;
    rows.iter()
        .map(|row| Ok((row.text("partner_id")?, row.text("id")?)))
        .collect()
}

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
