//! The first step: the words, the partner and the nonprofit, all asked for at once.

use futures_util::future::join3;
use shared::config::{Config, GetConfig};
use shared::organization::{GetOrganization, Organization};
use wasm_bindgen::JsValue;
use web_sys::window;

use crate::client::fetch_file;
use crate::face::Phase;
use crate::flow::{Widget, follow};
use crate::report;
use crate::state::State;
use crate::terms::Terms;
use crate::text::{Text, file_for};

/// Loads what the widget needs and draws it, or draws what stood in the way.
pub(crate) async fn load(widget: Widget) {
    let asked = widget.look(|state| {
        let locale = locale(state);
        let words = [&state.given.assets, "locales/", file_for(&locale), ".json"].concat();
        let slug = state.options.nonprofit.clone();
        (state.client(), locale, words, GetOrganization { slug })
    });
    let Some((client, locale, words, nonprofit)) = asked else {
        return;
    };
    let config = GetConfig {};
    let (words, config, nonprofit) = join3(
        fetch_file(&words),
        client.call(&config),
        client.call(&nonprofit),
    )
    .await;
    widget.change(|state| {
        let has_words = words.is_ok();
        state.text = Text::new(words.unwrap_or(JsValue::UNDEFINED), &locale);
        state.phase = match (config, nonprofit) {
            (Ok(config), Ok(nonprofit)) if has_words => set_up(state, config, nonprofit),
            (Err(refusal), _) | (_, Err(refusal)) => {
                report::setup(state, &refusal);
                refusal.phase()
            }
            _ => Phase::Offline,
        };
    });
    crate::draw(widget);
    if widget.look(|state| state.phase) == Some(Phase::Loading) {
        follow(widget);
    }
}

/// The donor's language: the element's, the page's, or the browser's.
fn locale(state: &State) -> String {
    let of_page = || {
        let page = window()?.document()?.document_element()?;
        page.get_attribute("lang").filter(|lang| !lang.is_empty())
    };
    let of_browser = || window()?.navigator().language();
    let asked = state.options.locale.clone();
    asked
        .or_else(of_page)
        .or_else(of_browser)
        .unwrap_or_default()
}

/// Takes in the partner's terms; the form is next, or news of a donation begun.
#[inline(never)]
fn set_up(state: &mut State, config: Config, nonprofit: Organization) -> Phase {
    report::doubts(state, &config);
    let Some(terms) = Terms::new(&config, nonprofit.name, &state.options) else {
        return Phase::Unavailable;
    };
    state.accept(terms);
    state.theme = Some(config.theme);
    match state.donation_id() {
        Some(_) => Phase::Loading,
        None => Phase::Form,
    }
}
