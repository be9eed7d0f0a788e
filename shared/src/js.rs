//! The four calls of the widget, written to and read from JavaScript values.
//!
//! In the browser `JSON` is there for free while serde is not, so the widget
//! sends and reads through these. Each answer is built by a full struct
//! literal: a field that is renamed or added does not compile here until it is
//! read here too.

use js_sys::{Array, Object, Reflect};
use wasm_bindgen::{JsCast, JsValue};

use crate::call::Call;
use crate::config::{Config, CurrencyConfig, DonationConfig, GetConfig, Theme, TipConfig};
use crate::donation::{CreateLink, Donation, DonationLink, GetDonationStatus, Nonprofit};
use crate::error::FieldError;
use crate::money::{Minor, Percent, Tokens};
use crate::organization::{GetOrganization, Organization, Raised};

/// A value that can be read from JavaScript.
///
/// An object is read to its end, whatever is found in it, and judged then: to
/// leave at the first wrong member would cost each member its own clearing up,
/// which is more code than all the reading.
pub trait FromJs: Sized {
    /// Reads the value; where it is of another shape, says so and answers
    /// anything.
    fn read(value: &JsValue, is_wrong: &mut bool) -> Self;

    /// The value, or `None` when it is of another shape.
    fn from_js(value: &JsValue) -> Option<Self> {
        let mut is_wrong = false;
        let read = Self::read(value, &mut is_wrong);
        (!is_wrong).then_some(read)
    }
}

/// What was found, or what stands in for it when it was not.
pub(crate) fn found<T>(value: Option<T>, is_wrong: &mut bool, stand_in: T) -> T {
    *is_wrong |= value.is_none();
    value.unwrap_or(stand_in)
}

/// A value that can be written to JavaScript. `undefined` is left out of JSON.
pub trait ToJs {
    fn to_js(&self) -> JsValue;
}

/// A call that a browser can make: its path with the parameters filled in, and
/// its body, if it has one.
pub trait BrowserCall: Call<Answer: FromJs> {
    fn path(&self) -> String;

    fn body(&self) -> Option<JsValue> {
        None
    }
}

/// Reads the member `key` of an object.
pub fn member<T: FromJs>(object: &JsValue, key: &str) -> Option<T> {
    T::from_js(&at(object, key))
}

fn at(object: &JsValue, key: &str) -> JsValue {
    Reflect::get(object, &JsValue::from_str(key)).unwrap_or_default()
}

/// Sets the member `key` of a plain object.
pub fn set(object: &Object, key: &str, value: &JsValue) {
    // A plain object takes every member; the answer is always `true`.
    let _ = Reflect::set(object, &JsValue::from_str(key), value);
}

/// A plain object of these members.
pub fn object(members: &[(&str, JsValue)]) -> Object {
    let object = Object::new();
    for (key, value) in members {
        set(&object, key, value);
    }
    object
}

impl FromJs for String {
    fn read(value: &JsValue, is_wrong: &mut bool) -> Self {
        found(value.as_string(), is_wrong, Self::new())
    }
}

impl FromJs for bool {
    fn read(value: &JsValue, is_wrong: &mut bool) -> Self {
        found(value.as_bool(), is_wrong, false)
    }
}

impl FromJs for i64 {
    fn read(value: &JsValue, is_wrong: &mut bool) -> Self {
        let number = found(value.as_f64(), is_wrong, 0.0);
        let is_exact = number.fract() == 0.0 && number.abs() <= 9_007_199_254_740_991.0;
        *is_wrong |= !is_exact;
        #[expect(
            clippy::cast_possible_truncation,
            reason = "a whole number within 2^53, or never used"
        )]
        {
            number as Self
        }
    }
}

impl FromJs for u32 {
    fn read(value: &JsValue, is_wrong: &mut bool) -> Self {
        let number = i64::read(value, is_wrong);
        found(number.try_into().ok(), is_wrong, 0)
    }
}

impl FromJs for Minor {
    fn read(value: &JsValue, is_wrong: &mut bool) -> Self {
        Self(i64::read(value, is_wrong))
    }
}

impl FromJs for Tokens {
    fn read(value: &JsValue, is_wrong: &mut bool) -> Self {
        Self(i64::read(value, is_wrong))
    }
}

impl FromJs for Percent {
    fn read(value: &JsValue, is_wrong: &mut bool) -> Self {
        let hundredths = (found(value.as_f64(), is_wrong, 0.0) * 100.0).round();
        *is_wrong |= !(0.0..=10_000.0).contains(&hundredths);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "0 to 10,000, or never used"
        )]
        Self::from_hundredths(hundredths as u32)
    }
}

impl<T: FromJs> FromJs for Option<T> {
    fn read(value: &JsValue, is_wrong: &mut bool) -> Self {
        let is_there = !value.is_null() && !value.is_undefined();
        is_there.then(|| T::read(value, is_wrong))
    }
}

impl<T: FromJs> FromJs for Vec<T> {
    fn read(value: &JsValue, is_wrong: &mut bool) -> Self {
        let mut all = Self::new();
        for_each(value, is_wrong, &mut |item, is_wrong| {
            all.push(T::read(item, is_wrong));
        });
        all
    }
}

/// Compiled once, whatever the items are.
fn for_each(value: &JsValue, is_wrong: &mut bool, read: &mut dyn FnMut(&JsValue, &mut bool)) {
    let array: Option<&Array> = value.dyn_ref();
    *is_wrong |= array.is_none();
    for item in array.into_iter().flat_map(Array::iter) {
        read(&item, is_wrong);
    }
}

impl ToJs for String {
    fn to_js(&self) -> JsValue {
        self.as_str().into()
    }
}

impl ToJs for Minor {
    fn to_js(&self) -> JsValue {
        // Every amount that a currency allows is within 2^53.
        #[expect(clippy::cast_precision_loss, reason = "see above")]
        (self.0 as f64).into()
    }
}

impl ToJs for Tokens {
    fn to_js(&self) -> JsValue {
        Minor(self.0).to_js()
    }
}

impl ToJs for Percent {
    fn to_js(&self) -> JsValue {
        (f64::from(self.hundredths()) / 100.0).into()
    }
}

impl ToJs for std::collections::BTreeMap<String, String> {
    fn to_js(&self) -> JsValue {
        let object = Object::new();
        for (name, value) in self {
            set(&object, name, &value.to_js());
        }
        object.into()
    }
}

impl<T: ToJs> ToJs for Option<T> {
    fn to_js(&self) -> JsValue {
        self.as_ref().map_or(JsValue::UNDEFINED, ToJs::to_js)
    }
}

macro_rules! read {
    ($name:ident { $( $field:ident: $key:literal ),+ $(,)? }) => {
        impl FromJs for $name {
            fn read(value: &JsValue, is_wrong: &mut bool) -> Self {
                Self { $( $field: FromJs::read(&at(value, $key), is_wrong) ),+ }
            }
        }
    };
}

macro_rules! write {
    ($name:ident { $( $field:ident: $key:literal ),+ $(,)? }) => {
        impl ToJs for $name {
            fn to_js(&self) -> JsValue {
                let Self { $( $field ),+ } = self;
                let object = Object::new();
                $( set(&object, $key, &$field.to_js()); )+
                object.into()
            }
        }
    };
}

read!(Config {
    id: "id",
    name: "name",
    slug: "slug",
    enabled_features: "enabledFeatures",
    rate_limit: "rateLimit",
    is_active: "isActive",
    webhook_url: "webhookUrl",
    tip_config: "tipConfig",
    donation: "donation",
    theme: "theme",
    locale: "locale",
});
read!(TipConfig {
    enabled: "enabled",
    default_percent: "defaultPercent"
});
read!(DonationConfig {
    currencies: "currencies",
    default_currency: "defaultCurrency",
    frequencies: "frequencies",
    providers: "providers",
});
read!(CurrencyConfig {
    code: "code",
    decimals: "decimals",
    min: "min",
    max: "max",
    presets: "presets",
});
read!(Theme {
    primary_color: "primaryColor",
    radius: "radius",
    font: "font",
    mode: "mode"
});
read!(Organization {
    id: "id",
    slug: "slug",
    name: "name",
    logo: "logo",
    ein: "ein",
    status: "status",
    description: "description",
    website: "website",
    location: "location",
    category: "category",
    raised: "raised",
});
read!(Raised {
    currency: "currency",
    amount: "amount",
    count: "count"
});
read!(DonationLink {
    donation_link: "donationLink",
    partner_donation_id: "partnerDonationId"
});
read!(Donation {
    partner_donation_id: "partnerDonationId",
    status: "status",
    reward_status: "rewardStatus",
    amount: "amount",
    tip_amount: "tipAmount",
    currency: "currency",
    frequency: "frequency",
    provider: "provider",
    nonprofit: "nonprofit",
    tokens_awarded: "tokensAwarded",
    created_at: "createdAt",
    updated_at: "updatedAt",
});
read!(Nonprofit {
    slug: "slug",
    name: "name"
});
read!(FieldError {
    field: "field",
    message: "message"
});
write!(CreateLink {
    nonprofit_slug: "nonprofitSlug",
    amount: "amount",
    currency: "currency",
    frequency: "frequency",
    provider: "provider",
    donor_email: "donorEmail",
    first_name: "firstName",
    last_name: "lastName",
    tip_amount: "tipAmount",
    tip_percent: "tipPercent",
    referral_code: "referralCode",
    partner_user_id: "partnerUserId",
    success_url: "successUrl",
    cancel_url: "cancelUrl",
    metadata: "metadata",
    idempotency_key: "idempotencyKey",
    locale: "locale",
});

impl BrowserCall for GetConfig {
    fn path(&self) -> String {
        Self::PATH.to_owned()
    }
}

impl BrowserCall for GetOrganization {
    fn path(&self) -> String {
        filled(Self::PATH, &self.slug)
    }
}

impl BrowserCall for CreateLink {
    fn path(&self) -> String {
        Self::PATH.to_owned()
    }

    fn body(&self) -> Option<JsValue> {
        Some(self.to_js())
    }
}

impl BrowserCall for GetDonationStatus {
    fn path(&self) -> String {
        let path = filled(Self::PATH, self.partner_donation_id.as_str());
        match self.wait {
            Some(seconds) => path + "?wait=" + &seconds.to_string(),
            None => path,
        }
    }
}

/// The path with its one parameter, which stands at its end.
fn filled(path: &str, value: &str) -> String {
    let value: String = js_sys::encode_uri_component(value).into();
    let (start, _) = path.split_once('{').unwrap_or((path, ""));
    start.to_owned() + &value
}
