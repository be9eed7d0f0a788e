//! Gifts as CSV (RFC 4180), for spreadsheets.

use shared::donation::{DonationRecord, MAX_EXPORT};
use shared::time::Timestamp;

use crate::error::Error;

const COLUMNS: [&str; 20] = [
    "partnerDonationId",
    "status",
    "rewardStatus",
    "createdAt",
    "paidAt",
    "nonprofitSlug",
    "nonprofitName",
    "currency",
    "amount",
    "tipAmount",
    "amountRefunded",
    "frequency",
    "provider",
    "donorEmail",
    "donorFirstName",
    "donorLastName",
    "partnerUserId",
    "referralCode",
    "tokensAwarded",
    "metadata",
];

/// The rows with a head of names; amounts in major units.
pub fn csv(records: &[DonationRecord]) -> Result<String, Error> {
    if records.len() > MAX_EXPORT as usize {
        return Err(Error::field(
            "from",
            format!("more than {MAX_EXPORT} gifts match; export a shorter span with from and to"),
        ));
    }
    let mut writer = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .from_writer(Vec::new());
    writer.write_record(COLUMNS).map_err(Error::internal)?;
    for record in records {
        let row = row(record)?;
        writer.write_record(row).map_err(Error::internal)?;
    }
    let bytes = writer.into_inner().map_err(Error::internal)?;
    String::from_utf8(bytes).map_err(Error::internal)
}

fn row(record: &DonationRecord) -> Result<[String; COLUMNS.len()], Error> {
    let DonationRecord {
        donation: gift,
        donor,
        ..
    } = record;
    let major = |amount| gift.currency.major(amount);
    let text = |text: &Option<String>| inert(text.as_deref().unwrap_or_default());
    let metadata = serde_json::to_string(&record.metadata).map_err(Error::internal)?;
    Ok([
        gift.partner_donation_id.to_string(),
        gift.status.to_string(),
        gift.reward_status.to_string(),
        gift.created_at.to_string(),
        record
            .paid_at
            .map_or_else(String::new, |time: Timestamp| time.to_string()),
        gift.nonprofit.slug.clone(),
        inert(&gift.nonprofit.name),
        gift.currency.to_string(),
        major(gift.amount),
        major(gift.tip_amount),
        major(record.amount_refunded),
        gift.frequency.to_string(),
        gift.provider.to_string(),
        text(&donor.email),
        text(&donor.first_name),
        text(&donor.last_name),
        inert(record.partner_user_id.as_ref().map_or("", |id| id.as_str())),
        text(&record.referral_code),
        gift.tokens_awarded.0.to_string(),
        metadata,
    ])
}

/// A text from outside that no spreadsheet takes for a formula.
fn inert(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_looks_like_a_formula_is_a_name() {
        for formula in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1"] {
            assert_eq!(inert(formula), format!("'{formula}"));
        }
        assert_eq!(inert("Ada = 1"), "Ada = 1");
    }
}
