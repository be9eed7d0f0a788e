//! Opening a fund, once for each name that the partner gives it.

use shared::Code;
use shared::endaoment::FundType;
use shared::endaoment::fund::{CreateFund, Fund};
use shared::id::{FundId, PartnerId};

use super::acting::check_provisioned;
use super::check;
use crate::app::App;
use crate::domain::replay::Made;
use crate::domain::text::refuse_any;
use crate::error::Error;
use crate::store::fund::{self, FundRow};
use crate::store::person::Person;
use crate::store::{Connection, event};

/// What is opened if nothing is said.
const USUAL_TYPE: FundType = FundType::Private;

/// Checks every field; the answer is the account identifier without the spaces
/// around it.
pub fn read(request: &CreateFund) -> Result<String, Error> {
    let identifier = check::identifier(&request.partner_account_identifier);
    let description = check::optional(request.description.as_deref(), |text| {
        check::lines_at_most(text, check::MAX_NOTES)
    });
    let named = identifier.as_ref().map(drop).map_err(Clone::clone);
    refuse_any([
        ("name", check::filled(&request.name, check::MAX_NAME)),
        ("partnerAccountIdentifier", named),
        ("description", description),
    ])?;
    identifier.map_err(|problem| Error::field("partnerAccountIdentifier", problem))
}

/// Opens a fund of the donor, or answers the one that is there under the name.
pub async fn create(
    app: &App,
    partner_id: &PartnerId,
    (request, account_identifier): (CreateFund, String),
    donor: &Person,
) -> Result<Made<Fund>, Error> {
    check_provisioned(donor)?;
    let mut tx = app.db.write().await?;
    event::lock_books(&mut tx, app.db.dialect(), partner_id).await?;
    let found = fund::find_by_account(&mut tx, partner_id, &account_identifier).await?;
    if let Some((id, owner)) = found {
        if owner != donor.user_id {
            return Err(Error::new(
                Code::FundExists,
                "partnerAccountIdentifier is that of another user's fund; take another one",
            ));
        }
        return Ok(Made::Before(view(&mut tx, partner_id, &id).await?));
    }
    let row = FundRow {
        id: FundId(app.context.uuid()),
        user_id: donor.user_id.clone(),
        fund_type: request.fund_type.unwrap_or(USUAL_TYPE),
        description: request
            .description
            .filter(|text| !text.trim().is_empty())
            .unwrap_or_else(|| request.name.clone()),
        name: request.name,
        account_identifier,
        created_at: app.context.now(),
    };
    fund::insert(&mut tx, partner_id, &row).await?;
    let made = view(&mut tx, partner_id, &row.id).await?;
    tx.commit().await?;
    Ok(Made::New(made))
}

/// A fund as it is now.
pub async fn view(
    conn: &mut Connection,
    partner_id: &PartnerId,
    id: &FundId,
) -> Result<Fund, Error> {
    let id = FundId(id.as_str().to_ascii_lowercase());
    let found = fund::find(conn, partner_id, &id).await?;
    found.ok_or_else(unknown)
}

/// No fund of the partner has the id.
pub fn unknown() -> Error {
    Error::new(Code::FundNotFound, "no fund of yours has this id")
}
