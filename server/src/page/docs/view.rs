//! The whole page: what there is at the side, how to begin, what is true of all
//! calls, and each call.

use maud::{DOCTYPE, Markup, html};

use super::{SCRIPT_ADDRESS, STYLE_ADDRESS, call, markdown, start};
use crate::config::Environment;
use crate::openapi::{Description, INTRODUCTION, Operation, subject};
use crate::page::layout;

pub(super) fn document(api: &Description, environment: Environment) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { "Giving partner API" }
                link rel="icon" href="data:,";
                link rel="stylesheet" href=(*layout::STYLE_ADDRESS);
                link rel="stylesheet" href=(*STYLE_ADDRESS);
                script type="module" src=(*SCRIPT_ADDRESS) {}
            }
            body.docs {
                a.skip href="#content" { "Skip to the calls" }
                (top())
                div.room {
                    (contents(api))
                    main #content tabindex="-1" { (body(api, environment)) }
                }
                footer { (layout::mark()) span { "Giving" } }
            }
        }
    }
}

fn top() -> Markup {
    html! {
        header.top {
            a.brand href="/partner-api" { (layout::mark()) strong { "Giving" } span { "Partner API" } }
            nav aria-label="Downloads" {
                a href="/partner-api/openapi.json" { "OpenAPI" }
                a href="/partner-api/collection.json" download="giving.postman_collection.json" { "Collection" }
            }
        }
    }
}

/// The operations of each subject, in the order of the table.
fn by_subject(api: &Description) -> Vec<(&'static str, Vec<&Operation>)> {
    let mut subjects: Vec<(&'static str, Vec<&Operation>)> = Vec::new();
    for operation in &api.operations {
        let word = operation.subject();
        match subjects.iter_mut().find(|(known, _)| *known == word) {
            Some((_, operations)) => operations.push(operation),
            None => subjects.push((word, vec![operation])),
        }
    }
    subjects
}

fn contents(api: &Description) -> Markup {
    html! {
        nav.contents aria-label="Calls" {
            div.field.find {
                label for="find" { "Find a call" }
                input #find type="search" autocomplete="off" placeholder="users, balance, refund …";
                p.quiet #found role="status" {}
            }
            ul {
                li { a href="#first-call" { "Your first call" } }
                li { a href="#rules" { "True of all calls" } }
            }
            @for (word, operations) in by_subject(api) {
                details open {
                    summary { (subject(word).0) }
                    ul {
                        @for operation in operations {
                            li data-find=(operation.id) {
                                a href={ "#" (operation.id) } { (call::method(operation)) span { (operation.summary) } }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn body(api: &Description, environment: Environment) -> Markup {
    html! {
        h1 { "Partner API" }
        p.lead { "Every call of this server, to be read and to be tried. Nothing on this page leaves it but the calls that you send." }
        (start::first_call(environment))
        section #rules aria-labelledby="rules-title" {
            h2 #rules-title { "True of all calls" }
            div.prose { (markdown::blocks(INTRODUCTION)) }
        }
        @for (word, operations) in by_subject(api) {
            section aria-labelledby={ "about-" (word) } {
                h2 id={ "about-" (word) } { (subject(word).0) }
                p.quiet { (subject(word).1) }
                @for operation in operations { (call::view(operation, api)) }
            }
        }
    }
}
