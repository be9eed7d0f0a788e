//! `giving partners`: who may call, and what each partner has.

use clap::builder::{PossibleValuesParser, TypedValueParser as _};
use clap::{Args, Subcommand};
use serde::Serialize;
use shared::Feature;
use shared::id::PartnerId;
use shared::partner::{PartnerStatus, Tier};
use shared::time::Timestamp;

use super::output::{self, Shape};
use super::{CommandError, Flags};
use crate::context::Context;
use crate::domain::order::slug_is_well_formed;
use crate::domain::partner::FEATURES;
use crate::domain::text;
use crate::store::job::JobKind;
use crate::store::partner::{Partner, PartnerConfig};
use crate::store::{self, Db, setting};

/// The most partners that are listed.
const MOST: i64 = 10_000;
/// The longest name, in characters.
const MAX_NAME: usize = 200;

#[derive(Debug, Args)]
pub(super) struct Partners {
    #[command(subcommand)]
    action: Action,
    #[command(flatten)]
    shape: Shape,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Add a partner with the features DONATIONS and ACTIONS
    Create {
        #[arg(long, value_parser = name)]
        name: String,
        /// Lower-case letters, digits and hyphens
        #[arg(long, value_parser = slug)]
        slug: String,
        /// Approve it at once, so that it is ACTIVE
        #[arg(long)]
        approve: bool,
    },
    /// Show every partner, oldest first
    List,
    /// Make a partner ACTIVE; also ends a suspension
    Approve { slug: String },
    /// Refuse a partner's calls until it is approved again
    Suspend { slug: String },
    /// Set the tier, and with it the requests an hour of each key
    Tier {
        slug: String,
        #[arg(value_parser = tier())]
        tier: Tier,
    },
    /// Show or change what a partner has
    Features {
        slug: String,
        #[arg(long, value_name = "FEATURE", value_parser = feature())]
        enable: Vec<Feature>,
        #[arg(long, value_name = "FEATURE", value_parser = feature())]
        disable: Vec<Feature>,
    },
}

/// Why a partner was not made or changed.
#[derive(Debug, thiserror::Error)]
pub enum PartnersError {
    #[error("there is a partner with the slug {0} already")]
    SlugTaken(String),
    #[error("no partner has the slug {0:?} (giving partners list shows them)")]
    Unknown(String),
    #[error("the feature {0} cannot be both enabled and disabled")]
    Contradiction(Feature),
}

/// A partner as the API shows it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Shown {
    id: PartnerId,
    name: String,
    slug: String,
    status: PartnerStatus,
    tier: Tier,
    enabled_features: Vec<Feature>,
    created_at: Timestamp,
}

impl From<Partner> for Shown {
    fn from(partner: Partner) -> Self {
        Self {
            id: partner.id,
            name: partner.name,
            slug: partner.slug,
            status: partner.status,
            tier: partner.tier,
            enabled_features: partner.features,
            created_at: partner.created_at,
        }
    }
}

impl Partners {
    pub(super) async fn run(self, flags: &Flags) -> Result<(), CommandError> {
        let shape = self.shape;
        let partner = match self.action {
            Action::List => return list(&flags.database().await?, shape).await,
            Action::Create {
                name,
                slug,
                approve,
            } => {
                let status = if approve {
                    PartnerStatus::Active
                } else {
                    PartnerStatus::PendingApproval
                };
                create(flags, (name, slug), status).await?
            }
            Action::Approve { slug } => {
                let approve = |partner: &mut Partner| partner.status = PartnerStatus::Active;
                change(flags, slug, approve).await?
            }
            Action::Suspend { slug } => {
                let suspend = |partner: &mut Partner| partner.status = PartnerStatus::Suspended;
                change(flags, slug, suspend).await?
            }
            Action::Tier { slug, tier } => {
                change(flags, slug, |partner| partner.tier = tier).await?
            }
            Action::Features {
                slug,
                enable,
                disable,
            } => {
                if let Some(both) = enable.iter().find(|feature| disable.contains(feature)) {
                    return Err(PartnersError::Contradiction(*both).into());
                }
                let switch = |partner: &mut Partner| {
                    partner.features = switched(&partner.features, &enable, &disable);
                };
                change(flags, slug, switch).await?
            }
        };
        show(partner, shape)
    }
}

async fn create(
    flags: &Flags,
    (name, slug): (String, String),
    status: PartnerStatus,
) -> Result<Partner, CommandError> {
    let context = Context::system();
    let partner = Partner {
        id: context.object_id(),
        name,
        slug,
        status,
        tier: Tier::Standard,
        features: FEATURES.to_vec(),
        config: PartnerConfig::default(),
        created_at: context.now(),
    };
    let settings = flags.settings()?;
    let db = Db::open(&settings.database_url()).await?;
    setting::check_environment(&db, settings.environment).await?;
    let mut tx = db.write().await?;
    let inserted = store::partner::insert(&mut tx, &partner).await;
    if let Err(sqlx::Error::Database(error)) = &inserted
        && error.is_unique_violation()
    {
        return Err(PartnersError::SlugTaken(partner.slug).into());
    }
    inserted?;
    tx.commit().await?;
    db.close().await;
    Ok(partner)
}

async fn change(
    flags: &Flags,
    slug: String,
    edit: impl FnOnce(&mut Partner),
) -> Result<Partner, CommandError> {
    let db = flags.database().await?;
    let mut tx = db.write().await?;
    let mut partner = store::partner::lock(&mut tx, db.dialect(), &slug)
        .await?
        .ok_or(PartnersError::Unknown(slug))?;
    edit(&mut partner);
    store::partner::update(&mut tx, &partner).await?;
    // Rewards may have waited for just this.
    let now = Context::system().now();
    store::job::hurry(&mut tx, JobKind::Reward, &partner.id, now).await?;
    tx.commit().await?;
    db.close().await;
    Ok(partner)
}

/// The partner of this slug.
pub(super) async fn find(db: &Db, slug: &str) -> Result<Partner, CommandError> {
    let mut conn = db.read().await?;
    let found = store::partner::find_by_slug(&mut conn, slug).await?;
    Ok(found.ok_or_else(|| PartnersError::Unknown(slug.to_owned()))?)
}

async fn list(db: &Db, shape: Shape) -> Result<(), CommandError> {
    let partners = store::partner::list(&mut *db.read().await?, MOST).await?;
    db.close().await;
    let shown: Vec<_> = partners.into_iter().map(Shown::from).collect();
    if shape.json {
        return output::json(&shown);
    }
    let row = |partner: Shown| {
        vec![
            partner.slug,
            partner.status.to_string(),
            partner.tier.to_string(),
            output::list(&partner.enabled_features),
            partner.id.to_string(),
            partner.name,
        ]
    };
    output::table(
        &["SLUG", "STATUS", "TIER", "FEATURES", "ID", "NAME"],
        shown.into_iter().map(row).collect(),
    )
}

fn show(partner: Partner, shape: Shape) -> Result<(), CommandError> {
    let shown = Shown::from(partner);
    if shape.json {
        return output::json(&shown);
    }
    output::fields(&[
        ("slug", shown.slug),
        ("name", shown.name),
        ("id", shown.id.to_string()),
        ("status", shown.status.to_string()),
        ("tier", shown.tier.to_string()),
        ("features", output::list(&shown.enabled_features)),
        ("created", shown.created_at.to_string()),
    ])
}

/// The features in the order of their definition.
fn switched(has: &[Feature], enable: &[Feature], disable: &[Feature]) -> Vec<Feature> {
    let stays = |feature: &Feature| {
        (has.contains(feature) || enable.contains(feature)) && !disable.contains(feature)
    };
    Feature::ALL.iter().copied().filter(stays).collect()
}

fn name(text: &str) -> Result<String, String> {
    text::printable(text, MAX_NAME).map(|()| text.to_owned())
}

fn slug(text: &str) -> Result<String, &'static str> {
    if slug_is_well_formed(text) {
        Ok(text.to_owned())
    } else {
        Err("must be lower-case letters, digits and hyphens")
    }
}

fn tier() -> impl clap::builder::TypedValueParser<Value = Tier> {
    PossibleValuesParser::new(Tier::ALL.iter().map(|tier| tier.as_str()))
        .try_map(|text| Tier::named(&text).ok_or("unknown tier"))
}

fn feature() -> impl clap::builder::TypedValueParser<Value = Feature> {
    PossibleValuesParser::new(Feature::ALL.iter().map(|feature| feature.as_str()))
        .try_map(|text| Feature::named(&text).ok_or("unknown feature"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn features_keep_their_order() {
        use Feature::{Actions, Donations, PartnerInflow};
        assert_eq!(
            switched(&[Actions], &[PartnerInflow, Donations, Actions], &[]),
            [Donations, Actions, PartnerInflow]
        );
        assert_eq!(
            switched(FEATURES, &[], &[Donations, PartnerInflow]),
            [Actions]
        );
    }
}
