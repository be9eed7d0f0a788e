//! Campaigns: making and changing them, and what the clock brings them. All of
//! it happens under the partner's books lock, so that no two campaigns meet
//! and nothing is told twice.

pub mod report;
mod rules;

use shared::campaign::{Campaign, CampaignStatus, CreateCampaign, UpdateCampaign};
use shared::decimal::Multiplier;
use shared::event::EventType;
use shared::id::{CampaignId, PartnerId};
use shared::money::Tokens;
use shared::time::Timestamp;
use shared::{Change, Code, FieldError};

use super::replay::{Attempt, Once};
use crate::app::App;
use crate::error::Error;
use crate::store::campaign::CampaignRow;
use crate::store::event::{self, EventRow, Subjects};
use crate::store::{self, Connection};

/// The most campaigns of a partner that are ACTIVE at a time: every action is
/// priced by looking through them.
const MAX_ACTIVE: usize = 500;

/// What there is to tell, in its order, each with the campaign as it was then.
type News = Vec<(EventType, Campaign)>;

/// Adds a campaign, or gives the first answer again under the same idempotency
/// key.
pub async fn create(
    app: &App,
    partner_id: &PartnerId,
    idempotency_key: Option<String>,
    request: CreateCampaign,
) -> Result<Once<Campaign>, Error> {
    let now = app.context.now();
    let attempt = Attempt::new(partner_id, idempotency_key, &request, now)?;
    let campaign = new_campaign(app, request, now)?;
    rules::check(&campaign)?;
    let mut tx = app.db.write().await?;
    let commit = event::next_commit(&mut tx, partner_id).await?;
    if let Some(earlier) = attempt.earlier(&mut tx).await? {
        return Ok(earlier);
    }
    let mut row = CampaignRow {
        partner_id: partner_id.clone(),
        public: campaign,
        start_told: false,
    };
    let news = settle(&mut row, now);
    check_others(&mut tx, &row, now).await?;
    store::campaign::insert(&mut tx, &row).await?;
    tell(app, &mut tx, (partner_id, commit), &news).await?;
    let id = row.public.id.clone();
    let made = attempt.keep(&mut tx, id.as_str(), row.public).await?;
    tx.commit().await?;
    Ok(made)
}

fn new_campaign(app: &App, request: CreateCampaign, now: Timestamp) -> Result<Campaign, Error> {
    let status = request.status.unwrap_or(CampaignStatus::Draft);
    if !matches!(status, CampaignStatus::Draft | CampaignStatus::Active) {
        return Err(Error::field(
            "status",
            "must be DRAFT or ACTIVE for a new campaign",
        ));
    }
    Ok(Campaign {
        id: app.context.object_id(),
        name: request.name,
        description: request.description,
        status,
        action_types: request.action_types.unwrap_or_default(),
        multiplier: request.multiplier.unwrap_or(Multiplier::ONE),
        tiers: request.tiers.unwrap_or_default(),
        splits: request.splits.unwrap_or_default(),
        per_action_cap: request.per_action_cap,
        per_user_cap: request.per_user_cap,
        budget: request.budget,
        spent: Tokens(0),
        starts_at: request.starts_at,
        ends_at: request.ends_at,
        schedule: request.schedule.unwrap_or_default(),
        created_at: now,
        updated_at: now,
    })
}

/// Changes a campaign that has not ended.
pub async fn update(
    app: &App,
    partner_id: &PartnerId,
    request: UpdateCampaign,
) -> Result<Campaign, Error> {
    check_present(&request)?;
    let mut tx = app.db.write().await?;
    let commit = event::next_commit(&mut tx, partner_id).await?;
    let found = store::campaign::find(&mut tx, partner_id, &request.id).await?;
    let mut row = found.ok_or_else(unknown)?;
    let now = app.context.now();
    let mut news = settle(&mut row, now);
    let before = row.public.clone();
    let after = changed(before.clone(), request);
    if after == before {
        // What was settled is left to the sweeper.
        return Ok(before);
    }
    check_change(&before, &after, now)?;
    row.public = Campaign {
        updated_at: now,
        ..after
    };
    news.extend(news_of_move(before.status, &row.public));
    news.extend(settle(&mut row, now));
    check_others(&mut tx, &row, now).await?;
    store::campaign::update(&mut tx, &row).await?;
    tell(app, &mut tx, (partner_id, commit), &news).await?;
    tx.commit().await?;
    Ok(row.public)
}

fn check_present(request: &UpdateCampaign) -> Result<(), Error> {
    let is_null = [
        ("name", request.name == Change::Clear),
        ("status", request.status == Change::Clear),
    ];
    let nulls = is_null.into_iter().filter(|(_, is_null)| *is_null);
    Error::refuse_any(nulls.map(|(field, _)| FieldError::new(field, "must not be null")))
}

fn changed(before: Campaign, change: UpdateCampaign) -> Campaign {
    let multiplier = change.multiplier.of(Some(before.multiplier));
    Campaign {
        name: change.name.of(None).unwrap_or(before.name),
        description: change.description.of(before.description),
        status: change.status.of(None).unwrap_or(before.status),
        action_types: or_empty(change.action_types, before.action_types),
        multiplier: multiplier.unwrap_or(Multiplier::ONE),
        tiers: or_empty(change.tiers, before.tiers),
        splits: or_empty(change.splits, before.splits),
        per_action_cap: change.per_action_cap.of(before.per_action_cap),
        per_user_cap: change.per_user_cap.of(before.per_user_cap),
        budget: change.budget.of(before.budget),
        starts_at: change.starts_at.of(before.starts_at),
        ends_at: change.ends_at.of(before.ends_at),
        schedule: or_empty(change.schedule, before.schedule),
        ..before
    }
}

/// What is removed is empty then.
fn or_empty<T: Default>(change: Change<T>, before: T) -> T {
    change.of(Some(before)).unwrap_or_default()
}

fn check_change(before: &Campaign, after: &Campaign, now: Timestamp) -> Result<(), Error> {
    if before.status == CampaignStatus::Ended {
        return Err(Error::new(
            Code::CampaignNotActive,
            "this campaign has ended and can no longer be changed; make a new one",
        ));
    }
    rules::check_move(before.status, after.status)?;
    rules::check(after)?;
    // To end a draft for good is not what was asked for.
    let goes_live =
        (before.status, after.status) == (CampaignStatus::Draft, CampaignStatus::Active);
    if goes_live && after.status_at(now) == CampaignStatus::Ended {
        return Err(Error::field("endsAt", "has passed; choose a later end"));
    }
    Ok(())
}

fn news_of_move(before: CampaignStatus, after: &Campaign) -> Option<(EventType, Campaign)> {
    let event_type = match after.status {
        CampaignStatus::Paused => EventType::CampaignPaused,
        CampaignStatus::Ended => EventType::CampaignEnded,
        CampaignStatus::Draft | CampaignStatus::Active => return None,
    };
    (before != after.status).then(|| (event_type, after.clone()))
}

/// Brings a campaign up to `now`: an ACTIVE one that is inside its dates for
/// the first time has started, one past its end has ended. One that was made or
/// last changed past its end was never inside.
fn settle(row: &mut CampaignRow, now: Timestamp) -> News {
    let mut news = News::new();
    let public = &row.public;
    let has_begun = public.starts_at.is_none_or(|start| start <= now)
        && public.ends_at.is_none_or(|end| end > public.updated_at);
    if public.status == CampaignStatus::Active && has_begun && !row.start_told {
        row.start_told = true;
        news.push((EventType::CampaignStarted, row.public.clone()));
    }
    let judged = row.public.clone().judged(now);
    if judged.status != row.public.status {
        row.public = judged;
        news.push((EventType::CampaignEnded, row.public.clone()));
    }
    news
}

/// Writes down and tells what the clock has brought a campaign.
pub async fn come_due(app: &App, (partner_id, id): (&PartnerId, &CampaignId)) -> Result<(), Error> {
    let mut tx = app.db.write().await?;
    let commit = event::next_commit(&mut tx, partner_id).await?;
    let Some(mut row) = store::campaign::find(&mut tx, partner_id, id).await? else {
        return Ok(());
    };
    let news = settle(&mut row, app.context.now());
    if news.is_empty() {
        return Ok(());
    }
    store::campaign::update(&mut tx, &row).await?;
    tell(app, &mut tx, (partner_id, commit), &news).await?;
    Ok(tx.commit().await?)
}

/// Refuses an ACTIVE campaign that meets another, or is one too many.
async fn check_others(
    conn: &mut Connection,
    row: &CampaignRow,
    now: Timestamp,
) -> Result<(), Error> {
    let campaign = &row.public;
    if campaign.status != CampaignStatus::Active {
        return Ok(());
    }
    let mut others = store::campaign::active(conn, &row.partner_id, now).await?;
    others.retain(|other| other.id != campaign.id);
    if let Some(other) = others.iter().find(|other| rules::meet(campaign, other)) {
        return Err(Error::new(
            Code::CampaignConflict,
            format!(
                "the ACTIVE campaign {} already counts for some of these actions in this time; \
                 pause or end it, or choose other action types or dates",
                other.id
            ),
        ));
    }
    if others.len() >= MAX_ACTIVE {
        let message = format!("at most {MAX_ACTIVE} campaigns can be ACTIVE; pause or end one");
        return Err(Error::field("status", message));
    }
    Ok(())
}

/// The campaign that counts for an action of a type now: one that names it
/// before one for every type, then the one that began first. Without a type,
/// the first of all that apply.
pub async fn find_active(
    app: &App,
    partner_id: &PartnerId,
    action_type: Option<&str>,
) -> Result<Campaign, Error> {
    let now = app.context.now();
    let mut conn = app.db.read().await?;
    let active = store::campaign::active(&mut conn, partner_id, now).await?;
    active
        .into_iter()
        .filter(|campaign| match action_type {
            Some(action_type) => campaign.applies(action_type, now),
            None => campaign.is_open(now),
        })
        .min_by_key(|campaign| {
            let is_general = action_type.is_some() && campaign.action_types.is_empty();
            (is_general, campaign.starts_at, campaign.id.clone())
        })
        .ok_or_else(|| Error::new(Code::NoActiveCampaign, "no active campaign applies now"))
}

/// The campaign of this id, as it stands now.
pub async fn find(app: &App, partner_id: &PartnerId, id: &CampaignId) -> Result<Campaign, Error> {
    let mut conn = app.db.read().await?;
    let found = store::campaign::find(&mut conn, partner_id, id).await?;
    found
        .map(|row| row.public.judged(app.context.now()))
        .ok_or_else(unknown)
}

fn unknown() -> Error {
    Error::new(Code::CampaignNotFound, "no campaign has this id")
}

async fn tell(
    app: &App,
    conn: &mut Connection,
    (partner_id, commit_number): (&PartnerId, i64),
    news: &News,
) -> Result<(), Error> {
    if news.is_empty() {
        return Ok(());
    }
    let mut events = Vec::with_capacity(news.len());
    for (position, (event_type, campaign)) in (0..).zip(news) {
        events.push(EventRow {
            partner_id: partner_id.clone(),
            commit_number,
            position,
            id: app.context.event_id(),
            event_type: *event_type,
            subjects: Subjects::default(),
            data: serde_json::to_string(campaign).map_err(Error::internal)?,
            created_at: app.context.now(),
        });
    }
    Ok(event::insert(conn, app.db.dialect(), &events).await?)
}
