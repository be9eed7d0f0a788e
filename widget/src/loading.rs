//! The first step: the words, the partner and the nonprofit, all asked for at once.

use shared::config::{Config, GetConfig};
use shared::organization::{GetOrganization, Organization};
use web_sys::window;

use crate::client::{Refusal, Reply, all, answer, fetch_file};
use crate::face::Phase;
use crate::flow::{Widget, follow};
use crate::options::Host;
use crate::report;
use crate::state::State;
use crate::terms::Terms;
use crate::text::{Text, file_for};

/// Loads what the widget needs and draws it, or draws what stood in the way.
pub(crate) async fn load(widget: Widget) {
    let asked = widget.look(|state| {
        let locale = locale(&state.host);
        let words = [&state.host.assets(), "locales/", file_for(&locale), ".json"].concat();
        let slug = state
            .host
            .find("nonprofit")
            .unwrap_or_else(|| "-".to_owned());
        let client = state.client();
        let sent = [
            fetch_file(&words),
            client.send(&GetConfig {}),
            client.send(&GetOrganization { slug }),
        ];
        (locale, sent)
    });
    let Some((locale, sent)) = asked else { return };
    let [words, config, nonprofit] = all(sent).await;
    widget.change(|state| {
        state.phase = take_in(state, &locale, words, answer(config), answer(nonprofit));
    });
    crate::draw(widget);
    if widget.look(|state| state.phase) == Some(Phase::Loading) {
        follow(widget);
    }
}

/// Takes in what was loaded. The form is next, or news of a donation begun.
fn take_in(
    state: &mut State,
    locale: &str,
    words: Result<Reply, Refusal>,
    config: Result<Config, Refusal>,
    nonprofit: Result<Organization, Refusal>,
) -> Phase {
    let has_words = words.is_ok();
    let words = words.map(|reply| reply.body).unwrap_or_default();
    state.text = Text::new(words, locale);
    match (config, nonprofit) {
        (Ok(config), Ok(nonprofit)) if has_words => {
            report::doubts(&state.host, &config.donation);
            let Some(terms) = Terms::new(&config, nonprofit, &state.host) else {
                return Phase::Unavailable;
            };
            state.accept(terms);
            state.theme = Some(config.theme);
            match state.donation_id() {
                Some(_) => Phase::Loading,
                None => Phase::Form,
            }
        }
        (Err(refusal), _) | (_, Err(refusal)) => {
            report::setup(state, &refusal);
            refusal.phase()
        }
        _ => Phase::Offline,
    }
}

/// The donor's language: the element's, the page's, or the browser's.
fn locale(host: &Host) -> String {
    let of_page = || {
        let page = window()?.document()?.document_element()?;
        page.get_attribute("lang").filter(|lang| !lang.is_empty())
    };
    let of_browser = || window()?.navigator().language();
    let asked = host.find("locale");
    asked
        .or_else(of_page)
        .or_else(of_browser)
        .unwrap_or_default()
}
