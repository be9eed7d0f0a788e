//! Partners and what each has set for its widget.

use serde::{Deserialize, Serialize};
use shared::Feature;
use shared::config::{Theme, ThemeMode, TipConfig};
use shared::donation::Provider;
use shared::id::PartnerId;
use shared::money::{Currency, Frequency, Minor, Percent};
use shared::partner::{PartnerStatus, Tier};
use shared::time::Timestamp;
use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, Error};

use super::row::Columns as _;
use super::sql::Dialect;
use super::{Connection, Write};

#[derive(Clone, Debug)]
pub struct Partner {
    pub id: PartnerId,
    pub name: String,
    pub slug: String,
    pub status: PartnerStatus,
    pub tier: Tier,
    pub features: Vec<Feature>,
    pub config: PartnerConfig,
    pub created_at: Timestamp,
}

/// What a partner has set, kept as JSON.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PartnerConfig {
    pub tip: TipConfig,
    /// The first is the default.
    pub currencies: Vec<Presets>,
    pub frequencies: Vec<Frequency>,
    pub providers: Vec<Provider>,
    pub theme: Theme,
    pub locale: String,
}

/// The amounts that are offered in one currency, in minor units.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Presets {
    pub currency: Currency,
    pub amounts: Vec<Minor>,
}

impl Default for PartnerConfig {
    fn default() -> Self {
        Self {
            tip: TipConfig {
                enabled: true,
                default_percent: Percent::from_hundredths(1_000),
            },
            currencies: vec![Presets {
                currency: Currency::Usd,
                amounts: [1_000, 2_500, 5_000, 10_000].map(Minor).to_vec(),
            }],
            frequencies: Frequency::ALL.to_vec(),
            providers: Provider::ALL.to_vec(),
            theme: Theme {
                primary_color: "#0b6e4f".to_owned(),
                radius: 12,
                font: None,
                mode: ThemeMode::Auto,
            },
            locale: "en-US".to_owned(),
        }
    }
}

/// Adds a partner and its empty books.
pub async fn insert(tx: &mut Write, partner: &Partner) -> Result<(), Error> {
    sqlx::query(
        "INSERT INTO partners (id, name, slug, status, tier, features, config, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(partner.id.as_str())
    .bind(&partner.name)
    .bind(&partner.slug)
    .bind(partner.status.as_str())
    .bind(partner.tier.as_str())
    .bind(super::sql::json(&partner.features)?)
    .bind(super::sql::json(&partner.config)?)
    .bind(partner.created_at.0)
    .execute(tx.changing_callers())
    .await?;
    sqlx::query("INSERT INTO books (partner_id, commit_number) VALUES ($1, 0)")
        .bind(partner.id.as_str())
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// The partner of this slug, held against other writers until the transaction
/// ends, so that [`update`] loses nobody else's change.
pub async fn lock(
    conn: &mut Connection,
    dialect: Dialect,
    slug: &str,
) -> Result<Option<Partner>, Error> {
    let row = sqlx::query(AssertSqlSafe(format!(
        "SELECT * FROM partners WHERE slug = $1 {}",
        dialect.lock()
    )))
    .bind(slug)
    .fetch_optional(conn)
    .await?;
    row.as_ref().map(read).transpose()
}

/// Writes what an operator can change: status, tier, features, settings.
pub async fn update(tx: &mut Write, partner: &Partner) -> Result<(), Error> {
    sqlx::query(
        "UPDATE partners SET status = $1, tier = $2, features = $3, config = $4 WHERE id = $5",
    )
    .bind(partner.status.as_str())
    .bind(partner.tier.as_str())
    .bind(super::sql::json(&partner.features)?)
    .bind(super::sql::json(&partner.config)?)
    .bind(partner.id.as_str())
    .execute(tx.changing_callers())
    .await?;
    Ok(())
}

pub async fn find_by_slug(conn: &mut Connection, slug: &str) -> Result<Option<Partner>, Error> {
    let row = sqlx::query("SELECT * FROM partners WHERE slug = $1")
        .bind(slug)
        .fetch_optional(conn)
        .await?;
    row.as_ref().map(read).transpose()
}

pub async fn find(conn: &mut Connection, id: &PartnerId) -> Result<Option<Partner>, Error> {
    let row = sqlx::query("SELECT * FROM partners WHERE id = $1")
        .bind(id.as_str())
        .fetch_optional(conn)
        .await?;
    row.as_ref().map(read).transpose()
}

/// Every partner, oldest first, at most `limit`.
pub async fn list(conn: &mut Connection, limit: i64) -> Result<Vec<Partner>, Error> {
    let rows = sqlx::query("SELECT * FROM partners ORDER BY created_at, id LIMIT $1")
        .bind(limit)
        .fetch_all(conn)
        .await?;
    rows.iter().map(read).collect()
}

pub(super) fn read(row: &AnyRow) -> Result<Partner, Error> {
    Ok(Partner {
        id: row.text("id")?,
        name: row.text("name")?,
        slug: row.text("slug")?,
        status: row.named("status", PartnerStatus::named)?,
        tier: row.named("tier", Tier::named)?,
        features: row.json("features")?,
        config: row.json("config")?,
        created_at: row.time("created_at")?,
    })
}
