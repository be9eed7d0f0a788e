//! Grants from a fund, and the transfer that pays for them.

use ledger::{FundCommand, FundOutcome, Grant, Submission, Transfer};
use serde::Serialize;
use shared::endaoment::grant::{
    BookedGrant, BookedTransfer, CustodianTransfer, GrantAsked, GrantsSubmitted, MAX_GRANTS,
    SubmitGrants, TransferStatus,
};
use shared::id::{FundId, GrantId, OrganizationId, PartnerId, SubmissionId};
use shared::time::Timestamp;

use super::{check, client_id, organization, submit};
use crate::app::App;
use crate::domain::replay::{Once, reused};
use crate::domain::text::{self, Checked, refuse_any};
use crate::error::Error;
use crate::store::fund;
use crate::vault;

/// The longest name that a partner gives a transfer, in characters.
const MAX_TRANSFER_ID: usize = 255;
/// What is wrong with a transfer that is yet to come.
pub(super) const NOT_SETTLED: &str =
    "must not be in the future: a grant follows its settled transfer";

/// A submission, every field checked and as it is kept.
#[derive(Clone, Debug, Serialize)]
pub struct Submitted(SubmitGrants);

impl Submitted {
    pub fn read(mut request: SubmitGrants, now: Timestamp) -> Result<Self, Error> {
        let transfer = &request.inbound_custodian_transfer;
        let key = check::uuid(&request.idempotency_key).map(drop);
        let fund_id = check::uuid(request.origin_fund_id.as_str()).map(drop);
        let mut fields = vec![
            ("idempotencyKey".to_owned(), key),
            ("originFundId".to_owned(), fund_id),
            ("grants".to_owned(), check_sum(&request)),
        ];
        fields.extend(check_transfer(transfer, now));
        for (place, grant) in request.grants.iter().take(MAX_GRANTS).enumerate() {
            fields.extend(check_grant(grant, place));
        }
        refuse_any(fields)?;
        let transfer = &mut request.inbound_custodian_transfer;
        for account in [
            &mut transfer.source_partner_account_identifier,
            &mut transfer.destination_partner_account_identifier,
        ] {
            *account = account.trim().to_owned();
        }
        request.idempotency_key.make_ascii_lowercase();
        request.origin_fund_id.0.make_ascii_lowercase();
        for grant in &mut request.grants {
            if let Some(id) = &mut grant.destination_org_id {
                id.make_ascii_lowercase();
            }
        }
        Ok(Self(request))
    }

    fn fingerprint(&self) -> Result<String, Error> {
        let asked = serde_json::to_vec(self).map_err(Error::internal)?;
        Ok(vault::hash(asked))
    }

    /// The command, of which each grant has found its nonprofit.
    async fn command(&self, app: &App, fingerprint: String) -> Result<Submission, Error> {
        let asked = &self.0;
        let mut grants = Vec::with_capacity(asked.grants.len());
        for (place, grant) in asked.grants.iter().enumerate() {
            grants.push(Grant {
                id: GrantId(app.context.uuid()),
                organization_id: destination(app, (grant, place)).await?,
                amount: grant.amount_micro_dollars,
                instructions: grant.special_instructions.clone(),
                hides_donor: grant.hide_my_info_from_org.unwrap_or_default(),
            });
        }
        let transfer = &asked.inbound_custodian_transfer;
        Ok(Submission {
            seed: app.context.seed(),
            id: SubmissionId(app.context.uuid()),
            key: asked.idempotency_key.clone(),
            fingerprint,
            fund_id: asked.origin_fund_id.clone(),
            transfer: Transfer {
                id: transfer.partner_funding_transfer_id.clone(),
                amount: transfer.amount_micro_dollars,
                source_account: transfer.source_partner_account_identifier.clone(),
                destination_account: transfer.destination_partner_account_identifier.clone(),
                settled_at: transfer.settled_at_utc,
            },
            grants,
        })
    }

    /// The answer follows from the request and the ids alone, so that a replay has
    /// the first one.
    fn answer(
        self,
        partner_id: &PartnerId,
        (id, grants): (SubmissionId, Vec<GrantId>),
    ) -> GrantsSubmitted {
        let Self(asked) = self;
        let transfer = asked.inbound_custodian_transfer;
        let booked = |(id, grant): (GrantId, GrantAsked)| BookedGrant {
            async_grant_transfer_id: id,
            amount_micro_dollars: grant.amount_micro_dollars,
            destination_org_id: grant.destination_org_id.unwrap_or_default(),
            special_instructions: grant.special_instructions,
            hide_my_info_from_org: grant.hide_my_info_from_org.unwrap_or_default(),
        };
        GrantsSubmitted {
            id,
            partner_id: client_id(partner_id),
            origin_fund_id: asked.origin_fund_id,
            inbound_custodian_transfer: BookedTransfer {
                amount_micro_dollars: transfer.amount_micro_dollars,
                partner_funding_transfer_id: transfer.partner_funding_transfer_id,
                source_partner_account_identifier: transfer.source_partner_account_identifier,
                destination_partner_account_identifier: transfer
                    .destination_partner_account_identifier,
                settled_at_utc: transfer.settled_at_utc,
                status: TransferStatus::ReportedSettled,
            },
            grants: grants.into_iter().zip(asked.grants).map(booked).collect(),
        }
    }
}

/// Books the transfer and its grants, or gives the first answer again under the
/// same key.
pub async fn make(
    app: &App,
    partner_id: &PartnerId,
    submitted: Submitted,
) -> Result<Once<GrantsSubmitted>, Error> {
    let fingerprint = submitted.fingerprint()?;
    let mut conn = app.db.read().await?;
    let earlier =
        fund::submission_under(&mut conn, partner_id, &submitted.0.idempotency_key).await?;
    if let Some((id, first)) = earlier {
        if first != fingerprint {
            return Err(reused());
        }
        let grants = fund::grants_of(&mut conn, partner_id, &id).await?;
        return Ok(Once::again(submitted.answer(partner_id, (id, grants))));
    }
    check_fund(&mut conn, partner_id, &submitted.0.origin_fund_id).await?;
    drop(conn);
    let command = submitted.command(app, fingerprint).await?;
    match submit(app, partner_id, FundCommand::Submit(command)).await? {
        FundOutcome::Submitted {
            id,
            grants,
            replayed,
        } => Ok(Once {
            answer: submitted.answer(partner_id, (id, grants)),
            is_replay: replayed,
        }),
        other @ FundOutcome::Pledged { .. } => {
            Err(Error::internal(format!("grants ended as {other:?}")))
        }
    }
}

/// A fund that is not there is told before a nonprofit that is not.
async fn check_fund(
    conn: &mut crate::store::Connection,
    partner_id: &PartnerId,
    id: &FundId,
) -> Result<(), Error> {
    super::fund::view(conn, partner_id, id).await.map(drop)
}

async fn destination(
    app: &App,
    (grant, place): (&GrantAsked, usize),
) -> Result<OrganizationId, Error> {
    let Some(id) = &grant.destination_org_id else {
        return Err(organization::missing(&format!(
            "grants[{place}].destinationSubprojectId names no subproject: there are none here"
        )));
    };
    let mut conn = app.db.read().await?;
    let found = organization::find_recipient(&mut conn, id).await?;
    let found = found.ok_or_else(|| {
        organization::missing(&format!(
            "grants[{place}].destinationOrgId names no nonprofit that takes grants"
        ))
    })?;
    Ok(found.id)
}

fn check_transfer(transfer: &CustodianTransfer, now: Timestamp) -> [(String, Checked); 5] {
    let account = |text: &str| check::identifier(text).map(drop);
    let settled = if transfer.settled_at_utc > now {
        Err(NOT_SETTLED.to_owned())
    } else {
        Ok(())
    };
    [
        (
            "amountMicroDollars",
            check::amount(transfer.amount_micro_dollars),
        ),
        (
            "partnerFundingTransferId",
            text::ascii(&transfer.partner_funding_transfer_id, MAX_TRANSFER_ID),
        ),
        (
            "sourcePartnerAccountIdentifier",
            account(&transfer.source_partner_account_identifier),
        ),
        (
            "destinationPartnerAccountIdentifier",
            account(&transfer.destination_partner_account_identifier),
        ),
        ("settledAtUtc", settled),
    ]
    .map(|(name, checked)| (format!("inboundCustodianTransfer.{name}"), checked))
}

/// As many grants as may be, together at most the transfer.
fn check_sum(request: &SubmitGrants) -> Checked {
    let count = request.grants.len();
    if count == 0 {
        return Err("must contain at least 1 grant".to_owned());
    }
    if count > MAX_GRANTS {
        return Err(format!("must contain no more than {MAX_GRANTS} grants"));
    }
    let amounts = request.grants.iter();
    let together: i128 = amounts
        .map(|grant| i128::from(grant.amount_micro_dollars.0))
        .sum();
    let transfer = request.inbound_custodian_transfer.amount_micro_dollars;
    if together <= i128::from(transfer.0) {
        return Ok(());
    }
    Err(format!(
        "must not add up to more than the transfer of {transfer}; they add up to {together}"
    ))
}

fn check_grant(grant: &GrantAsked, place: usize) -> [(String, Checked); 4] {
    let id = |id: Option<&String>| check::optional(id, |id| check::uuid(id).map(drop));
    let (organization, subproject) = (
        grant.destination_org_id.as_ref(),
        grant.destination_subproject_id.as_ref(),
    );
    let organization = match (organization, subproject) {
        (Some(_), Some(_)) => Err("must be left out beside destinationSubprojectId".to_owned()),
        (None, None) => Err("is required, unless there is a destinationSubprojectId".to_owned()),
        (organization, _) => id(organization),
    };
    let instructions = check::optional(grant.special_instructions.as_deref(), |text| {
        check::lines_at_most(text, check::MAX_NOTES)
    });
    [
        (
            "amountMicroDollars",
            check::amount(grant.amount_micro_dollars),
        ),
        ("destinationOrgId", organization),
        ("destinationSubprojectId", id(subproject)),
        ("specialInstructions", instructions),
    ]
    .map(|(name, checked)| (format!("grants[{place}].{name}"), checked))
}
