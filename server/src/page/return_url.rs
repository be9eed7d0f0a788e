//! The way back: a nonprofit's page, told which gift it was and how it went.

use shared::id::DonationId;
use url::{Url, form_urlencoded};

const ID: &str = "partnerDonationId";
const STATUS: &str = "status";

/// How the donor left the checkout. It is no proof of payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Complete,
    Cancelled,
}

impl Outcome {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Complete => "complete",
            Self::Cancelled => "cancelled",
        }
    }
}

/// `page` with the gift's id and its outcome at the end of the query. What the
/// query already says under other names stays as it was written.
pub fn with_outcome(
    page: &str,
    id: &DonationId,
    outcome: Outcome,
) -> Result<String, url::ParseError> {
    let mut url = Url::parse(page)?;
    let kept = url.query().unwrap_or_default().split('&');
    let kept = kept.filter(|pair| !pair.is_empty() && !is_ours(pair));
    let mut query: Vec<String> = kept.map(str::to_owned).collect();
    let ours = form_urlencoded::Serializer::new(String::new())
        .append_pair(ID, id.as_str())
        .append_pair(STATUS, outcome.as_str())
        .finish();
    query.push(ours);
    url.set_query(Some(&query.join("&")));
    Ok(url.into())
}

/// `page` as it is, in the letters that a header takes: only those of other scripts
/// are encoded.
pub fn unchanged(page: &str) -> Result<String, url::ParseError> {
    if page.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Ok(page.to_owned());
    }
    Url::parse(page).map(Into::into)
}

/// Whether a pair of the query has one of our names, however it is encoded.
fn is_ours(pair: &str) -> bool {
    form_urlencoded::parse(pair.as_bytes())
        .next()
        .is_some_and(|(name, _)| name == ID || name == STATUS)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn complete(page: &str) -> String {
        let id = DonationId("don_1".to_owned());
        with_outcome(page, &id, Outcome::Complete).expect("an address")
    }

    #[test]
    fn the_outcome_stands_in_the_query_before_the_fragment() {
        assert_eq!(
            complete("https://example.org/thanks#top"),
            "https://example.org/thanks?partnerDonationId=don_1&status=complete#top"
        );
        assert_eq!(
            complete("https://example.org?#/route?status=old"),
            "https://example.org/?partnerDonationId=don_1&status=complete#/route?status=old"
        );
        let cancelled = with_outcome(
            "https://a.org/",
            &DonationId("d".to_owned()),
            Outcome::Cancelled,
        );
        assert_eq!(
            cancelled.as_deref(),
            Ok("https://a.org/?partnerDonationId=d&status=cancelled")
        );
    }

    #[test]
    fn our_names_are_replaced_however_they_are_encoded() {
        assert_eq!(
            complete("https://a.org/?status=x&b=1&partnerDonation%49d=y&st%61tus&status=z"),
            "https://a.org/?b=1&partnerDonationId=don_1&status=complete"
        );
    }

    #[test]
    fn the_others_stay_in_order_and_as_they_were_written() {
        assert_eq!(
            complete("https://a.org/?z=%7e+%20&a=b%26status%3Dc&z=&Status=kept&q"),
            "https://a.org/?z=%7e+%20&a=b%26status%3Dc&z=&Status=kept&q&partnerDonationId=don_1&status=complete"
        );
    }

    #[test]
    fn an_address_that_is_kept_is_kept_to_the_letter() {
        for page in [
            "https://a.org",
            "https://A.org/?status=x#y",
            "http://localhost:3/%7e",
        ] {
            assert_eq!(unchanged(page).as_deref(), Ok(page));
        }
        let other_script = unchanged("https://a.org/über");
        assert_eq!(other_script.as_deref(), Ok("https://a.org/%C3%BCber"));
    }

    #[test]
    fn what_is_no_address_is_refused() {
        assert!(with_outcome("/thanks", &DonationId(String::new()), Outcome::Complete).is_err());
    }
}
