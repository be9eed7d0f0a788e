//! What the page says of a widget: the attributes of its element, and what the
//! loader knows, as members of the same element.
//!
//! An amount in an attribute is in major units, as people write it: `amount="25"`
//! or `"25.50"` is twenty-five dollars, or 25 yen.

use js_sys::Object;
use shared::donation::Provider;
use shared::money::{Currency, Frequency, Minor, Percent};
use wasm_bindgen::prelude::*;
use web_sys::{HtmlAnchorElement, HtmlDialogElement, HtmlElement};

use crate::amount;

/// Three percent, about what cards cost.
const USUAL_FEES: u32 = 300;
const MOST_FEES: u32 = 2_000;

#[wasm_bindgen]
extern "C" {
    /// The element of the loader.
    #[wasm_bindgen(extends = HtmlElement)]
    pub type Host;

    /// Dispatches the event `giving:NAME` on the element, once we are done.
    #[wasm_bindgen(method)]
    pub(crate) fn tell(this: &Host, name: &str, detail: &Object);

    /// An attribute, written plainly or as `data-NAME`.
    #[wasm_bindgen(method)]
    fn of(this: &Host, name: &str) -> String;

    /// Whether the form stands in the page itself, and not in a dialog over it.
    #[wasm_bindgen(method, getter, js_name = inline)]
    pub(crate) fn is_inline(this: &Host) -> bool;

    #[wasm_bindgen(method, getter, js_name = link)]
    pub(crate) fn anchor(this: &Host) -> HtmlAnchorElement;

    #[wasm_bindgen(method, getter)]
    pub(crate) fn dialog(this: &Host) -> HtmlDialogElement;
}

/// What the loader knows, each under its name in the loader.
impl Host {
    fn known(&self, name: &str) -> Option<String> {
        shared::js::member(self, name)
    }

    /// The server's address.
    pub(crate) fn base(&self) -> String {
        self.known("base").unwrap_or_default()
    }

    /// Where the widget's files of this version are, with a slash at the end.
    pub(crate) fn assets(&self) -> String {
        self.known("assets").unwrap_or_default()
    }

    /// This element's name among those of the page, the same after a reload.
    pub(crate) fn place(&self) -> String {
        self.known("place").unwrap_or_default()
    }

    /// The page's address, to return to, if a payment can lead there.
    pub(crate) fn page(&self) -> Option<String> {
        self.known("page").filter(|page: &String| !page.is_empty())
    }

    pub(crate) fn is_on_page(&self) -> bool {
        shared::js::member(self, "isConnected") == Some(true)
    }

    /// The hosted form.
    pub(crate) fn link(&self) -> String {
        self.anchor().href()
    }

    /// The donation from which the donor comes back.
    pub(crate) fn returned(&self) -> Option<String> {
        self.known("returned")
    }

    /// What the address says of that donation.
    pub(crate) fn outcome(&self) -> Option<String> {
        self.known("outcome")
    }
}

/// The attributes.
impl Host {
    /// An attribute as the page wrote it. An empty one says nothing, as
    /// templates leave them behind.
    pub(crate) fn find(&self, name: &str) -> Option<String> {
        Some(self.of(name)).filter(|value| !value.is_empty())
    }

    /// Whether an option that needs no value is there, as `tribute` or `data-tribute`.
    pub(crate) fn has(&self, name: &str) -> bool {
        let is_there = |name: &str| self.has_attribute(name);
        let value = self.of(name);
        (is_there(name) || is_there(&["data-", name].concat()))
            && value != "false"
            && value != "off"
    }

    pub(crate) fn currency(&self) -> Option<Currency> {
        Currency::named(&self.find("currency")?.to_ascii_uppercase())
    }

    pub(crate) fn frequency(&self) -> Option<Frequency> {
        Frequency::named(&self.find("frequency")?)
    }

    pub(crate) fn provider(&self) -> Option<Provider> {
        Provider::named(&self.find("provider")?)
    }

    pub(crate) fn amount(&self, currency: Currency) -> Option<Minor> {
        amount::parse(&self.find("amount")?, currency.decimals(), '.')
    }

    /// The amounts to offer, written with commas between: `10, 25, 50`. A currency
    /// can have its own, after a semicolon: `10, 25, 50; EUR: 20, 40`.
    pub(crate) fn amounts(&self, currency: Currency) -> Option<Vec<Minor>> {
        let all = self.find("amounts")?;
        let mut chosen = None;
        for group in all.split(';') {
            match group.split_once(':') {
                Some((code, list)) if code.trim_ascii().eq_ignore_ascii_case(currency.as_str()) => {
                    chosen = Some(list);
                    break;
                }
                Some(_) => {}
                None => chosen = Some(group),
            }
        }
        let mut amounts = Vec::new();
        for one in chosen?.split(',') {
            amounts.push(amount::parse(one, currency.decimals(), '.')?);
        }
        Some(amounts)
    }

    pub(crate) fn goal(&self, currency: Currency) -> Option<Minor> {
        amount::parse(&self.find("goal")?, currency.decimals(), '.')
    }

    /// What a donor may add for the costs of the payment, in percent.
    pub(crate) fn fees(&self) -> Option<Percent> {
        if !self.has("cover-fees") {
            return None;
        }
        let percent = amount::parse(&self.of("cover-fees"), 2, '.');
        let hundredths = percent.and_then(|percent| u32::try_from(percent.0).ok());
        let is_usable = |hundredths: &u32| (1..=MOST_FEES).contains(hundredths);
        Some(Percent::from_hundredths(
            hundredths.filter(is_usable).unwrap_or(USUAL_FEES),
        ))
    }
}
