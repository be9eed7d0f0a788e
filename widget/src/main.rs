//! The donation form, drawn into the dialog that the loader `donate.js` opens.
//!
//! Here are the two doors by which the loader comes in, and the list of the
//! widgets it opened. What a widget does is in `flow`, how it looks in `view`.

#![cfg_attr(target_arch = "wasm32", no_main)]

mod amount;
mod attempt;
mod client;
mod face;
mod flow;
mod loading;
mod options;
mod order;
mod report;
mod state;
mod terms;
mod text;
mod view;

use std::any::Any;
use std::cell::RefCell;

use any_spawner::Executor;
use leptos::prelude::Owner;
#[cfg(target_arch = "wasm32")]
use lol_alloc::{AssumeSingleThreaded, FreeListAllocator};
use wasm_bindgen::prelude::*;
use web_sys::HtmlDialogElement;

use flow::Widget;
use options::Host;
use state::State;

/// A tenth of the standard allocator; a browser runs a module on one thread.
#[cfg(target_arch = "wasm32")]
#[global_allocator]
#[expect(unsafe_code, reason = "it is for one thread, and there is one")]
static ALLOCATOR: AssumeSingleThreaded<FreeListAllocator> =
    unsafe { AssumeSingleThreaded::new(FreeListAllocator::new()) };

struct Opened {
    dialog: HtmlDialogElement,
    widget: Widget,
    /// Keeps the views, what they hear and their effects alive, once they are drawn.
    drawn: Option<Box<dyn Any>>,
    /// Holds the state; dropped after the views that read it.
    owner: Owner,
}

thread_local! {
    static OPENED: RefCell<Vec<Opened>> = const { RefCell::new(Vec::new()) };
}

/// The dialog of an element was opened: begins its widget, or goes on with it.
#[wasm_bindgen]
pub fn open(host: Host) {
    if !host.is_on_page() {
        // The element left the page while we were loaded.
        return;
    }
    let dialog = host.dialog();
    let is_same = |opened: &&Opened| opened.dialog == dialog;
    let known = OPENED.with_borrow(|all| all.iter().find(is_same).map(|opened| opened.widget));
    if let Some(widget) = known {
        return flow::resume(widget);
    }
    // Effects run again by it; whoever comes second is told that it is there.
    let _ = Executor::init_wasm_bindgen();
    let owner = Owner::new();
    let state = State::new(host);
    let widget = owner.with(|| Widget::new(state));
    OPENED.with_borrow_mut(|all| {
        all.push(Opened {
            dialog,
            widget,
            drawn: None,
            owner,
        });
    });
    flow::start(Box::pin(loading::load(widget)));
}

/// The element has left the page, and its widget with it.
#[wasm_bindgen]
pub fn forget(dialog: &HtmlDialogElement) {
    OPENED.with_borrow_mut(|all| all.retain(|opened| opened.dialog != *dialog));
}

/// Draws a widget into its dialog, in place of what was there.
fn draw(widget: Widget) {
    OPENED.with_borrow_mut(|all| {
        if let Some(opened) = all.iter_mut().find(|opened| opened.widget == widget) {
            opened.drawn = None;
            opened.dialog.set_text_content(None);
            let dialog = &opened.dialog;
            opened.drawn = Some(opened.owner.with(|| view::draw(widget, dialog)));
        }
    });
}

/// The loader calls the doors above, and asks for no other.
#[cfg(not(target_arch = "wasm32"))]
fn main() {}
