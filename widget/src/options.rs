//! What the page says of a widget: the attributes of its element, and what the
//! loader knows and passes on.
//!
//! An amount in an attribute is in major units, as people write it: `amount="25"`
//! or `"25.50"` is twenty-five dollars, or 25 yen.

use js_sys::{Object, Reflect};
use shared::donation::Provider;
use shared::js::member;
use shared::money::{Currency, Frequency, Minor};
use wasm_bindgen::prelude::*;
use web_sys::HtmlElement;

use crate::amount;

#[wasm_bindgen]
extern "C" {
    /// The element of the loader.
    #[wasm_bindgen(extends = HtmlElement)]
    #[derive(Clone)]
    pub type Host;

    /// Dispatches the event `giving:NAME` on the element.
    #[wasm_bindgen(method)]
    pub(crate) fn tell(this: &Host, name: &str, detail: &Object);
}

/// What the loader knows, as members of its element.
#[derive(Default)]
pub(crate) struct Given {
    /// The server's address, without a slash at the end.
    pub base: String,
    /// Where the widget's files of this version are, with a slash at the end.
    pub assets: String,
    /// This element's name among those of the page, the same after a reload.
    pub place: String,
    /// The page's address, to return to.
    pub page: String,
    /// The hosted form.
    pub link: String,
    /// The donation from which the donor comes back, and what the address says of it.
    pub returned: Option<String>,
    pub outcome: Option<String>,
}

impl Given {
    pub(crate) fn read(object: &Host) -> Self {
        let text = |key| member(object, key).unwrap_or_default();
        let link = Reflect::get(object, &"link".into()).unwrap_or_default();
        Self {
            base: text("base"),
            assets: text("assets"),
            place: text("place"),
            page: text("page"),
            link: member(&link, "href").unwrap_or_default(),
            returned: member(object, "returned"),
            outcome: member(object, "outcome"),
        }
    }
}

/// The attributes, each as the page wrote it.
#[derive(Default)]
pub(crate) struct Options {
    pub key: String,
    pub nonprofit: String,
    pub amount: Option<String>,
    pub amounts: Option<String>,
    pub currency: Option<String>,
    pub frequency: Option<String>,
    pub provider: Option<String>,
    pub locale: Option<String>,
    pub success_url: Option<String>,
    pub referral_code: Option<String>,
    pub user: Option<String>,
}

impl Options {
    pub(crate) fn read(host: &HtmlElement) -> Self {
        // An empty attribute says nothing, as templates leave them behind.
        let find = |name: &str| host.get_attribute(name).filter(|value| !value.is_empty());
        Self {
            key: find("key").unwrap_or_default(),
            nonprofit: find("nonprofit").unwrap_or_default(),
            amount: find("amount"),
            amounts: find("amounts"),
            currency: find("currency"),
            frequency: find("frequency"),
            provider: find("provider"),
            locale: find("locale"),
            success_url: find("success-url"),
            referral_code: find("referral-code"),
            user: find("user"),
        }
    }

    pub(crate) fn currency(&self) -> Option<Currency> {
        Currency::named(&self.currency.as_ref()?.to_ascii_uppercase())
    }

    pub(crate) fn frequency(&self) -> Option<Frequency> {
        Frequency::named(self.frequency.as_ref()?)
    }

    pub(crate) fn provider(&self) -> Option<Provider> {
        Provider::named(self.provider.as_ref()?)
    }

    pub(crate) fn amount(&self, currency: Currency) -> Option<Minor> {
        amount::parse(self.amount.as_ref()?, currency.decimals(), '.')
    }

    /// The amounts to offer, written with commas between: `10, 25, 50`.
    pub(crate) fn amounts(&self, currency: Currency) -> Option<Vec<Minor>> {
        let listed = self.amounts.as_ref()?.split(',');
        listed
            .map(|one| amount::parse(one, currency.decimals(), '.'))
            .collect()
    }
}
