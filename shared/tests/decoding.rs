//! What a browser decodes is what serde decodes, field by field.
//!
//! Runs where there is JavaScript: for `wasm32-unknown-unknown`, under
//! wasm-bindgen's test runner.
#![cfg(target_arch = "wasm32")]

use js_sys::JSON;
use serde::Serialize;
use serde::de::DeserializeOwned;
use shared::config::Config;
use shared::donation::{CreateLink, Donation, DonationLink, GetDonationStatus, Provider};
use shared::id::{DonationId, ExternalUserId};
use shared::js::{BrowserCall, FromJs};
use shared::money::{Frequency, Minor, Percent};
use shared::organization::{GetOrganization, Organization};
use wasm_bindgen_test::wasm_bindgen_test;

const CONFIG: &str = r##"{
    "id": "65f0c0ffee15c001d00dfeed", "name": "Percent Club", "slug": "percent-club",
    "enabledFeatures": ["DONATIONS", "ACTIONS"], "rateLimit": 1000, "isActive": true,
    "webhookUrl": null, "tipConfig": {"enabled": true, "defaultPercent": 12.5},
    "donation": {
        "currencies": [
            {"code": "USD", "decimals": 2, "min": 100, "max": 99999999, "presets": [1000, 2500]},
            {"code": "JPY", "decimals": 0, "min": 100, "max": 149999999, "presets": []}
        ],
        "defaultCurrency": "USD", "frequencies": ["once", "monthly"],
        "providers": ["stripe", "every.org"]
    },
    "theme": {"primaryColor": "#0b6e4f", "radius": 12, "font": null, "mode": "auto"},
    "locale": "en-US", "unknown": [1, 2]
}"##;

const ORGANIZATION: &str = r#"{
    "id": "65f0c0ffee15c001d00dfeee", "slug": "american-red-cross", "name": "American Red Cross",
    "logo": null, "ein": "530196605", "status": "ACTIVE", "description": "Übung 🩸",
    "website": "https://www.redcross.org", "location": null, "category": null,
    "raised": [{"currency": "USD", "amount": 1599999999999, "count": 3}]
}"#;

const LINK: &str = r#"{"donationLink": "https://pay.example/1", "partnerDonationId": "don_1"}"#;

const DONATION: &str = r#"{
    "partnerDonationId": "don_1", "status": "COMPLETED", "rewardStatus": "AWARDED",
    "amount": 2500, "tipAmount": 0, "currency": "USD", "frequency": "monthly",
    "provider": "every.org", "nonprofit": {"slug": "american-red-cross", "name": "American Red Cross"},
    "tokensAwarded": 25, "createdAt": "2026-05-10T09:12:00.000Z", "updatedAt": "2026-05-10T09:12:00.123Z"
}"#;

fn in_browser<T: FromJs>(json: &str) -> Option<T> {
    T::from_js(&JSON::parse(json).expect("JSON"))
}

#[track_caller]
fn both_read_the_same<T: FromJs + DeserializeOwned + Serialize>(json: &str) {
    let by_serde: T = serde_json::from_str(json).expect("serde reads it");
    let by_browser: T = in_browser(json).expect("the browser reads it");
    let as_value = |one| serde_json::to_value(one).expect("a value");
    assert_eq!(as_value(by_browser), as_value(by_serde));
}

#[wasm_bindgen_test]
fn every_answer_is_read_as_serde_reads_it() {
    both_read_the_same::<Config>(CONFIG);
    both_read_the_same::<Organization>(ORGANIZATION);
    both_read_the_same::<DonationLink>(LINK);
    both_read_the_same::<Donation>(DONATION);
}

#[wasm_bindgen_test]
fn an_answer_of_another_shape_is_refused() {
    for (from, to) in [
        ("\"status\": \"COMPLETED\"", "\"status\": \"PAID\""),
        ("\"amount\": 2500", "\"amount\": 25.5"),
        ("\"amount\": 2500", "\"amount\": \"2500\""),
        ("\"amount\": 2500", "\"amount\": 9007199254740993000"),
        ("\"amount\": 2500,", ""),
        ("\"createdAt\": \"2026", "\"createdAt\": \"soon"),
        ("\"slug\"", "\"slag\""),
    ] {
        let changed = DONATION.replace(from, to);
        assert_ne!(changed, DONATION, "{from}");
        assert!(in_browser::<Donation>(&changed).is_none(), "{to}");
    }
    for text in ["null", "1", "[]", "\"don_1\""] {
        assert!(in_browser::<Donation>(text).is_none(), "{text}");
    }
}

#[wasm_bindgen_test]
fn an_order_is_written_as_serde_writes_it() {
    let order = CreateLink {
        nonprofit_slug: "american-red-cross".to_owned(),
        amount: Minor(2500),
        currency: Some("USD".to_owned()),
        frequency: Some(Frequency::Monthly),
        provider: Some(Provider::EveryOrg),
        donor_email: None,
        first_name: Some("Ada \"A\"".to_owned()),
        last_name: None,
        tip_amount: Some(Minor(100)),
        tip_percent: Some(Percent::from_hundredths(1250)),
        referral_code: None,
        partner_user_id: Some(ExternalUserId("user_42".to_owned())),
        success_url: Some("https://example.org/?a=b#c".to_owned()),
        cancel_url: None,
        metadata: Some([("tribute".to_owned(), "in memory".to_owned())].into()),
        idempotency_key: Some("key".to_owned()),
        locale: None,
    };
    let text: String = JSON::stringify(&order.body().expect("a body"))
        .expect("JSON")
        .into();
    let written: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(written, serde_json::to_value(&order).expect("a value"));
}

#[wasm_bindgen_test]
fn a_path_takes_its_parameter_and_nothing_else() {
    let slug = "a/b ?c".to_owned();
    let path = GetOrganization { slug }.path();
    assert_eq!(path, "/v1/partner/organizations/a%2Fb%20%3Fc");
    let call = GetDonationStatus {
        partner_donation_id: DonationId("don_1".to_owned()),
        wait: Some(25),
    };
    assert_eq!(call.path(), "/v1/partner/donations/status/don_1?wait=25");
}
