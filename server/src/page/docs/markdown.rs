//! The little Markdown that descriptions use: paragraphs, lists, indented code,
//! `code` and **bold**.

use maud::{Markup, html};

pub(super) fn blocks(text: &str) -> Markup {
    html! {
        @for block in text.split("\n\n").filter(|block| !block.trim().is_empty()) {
            @if let Some(code) = block.strip_prefix("    ") {
                pre { code { (code) } }
            } @else if block.starts_with("- ") {
                ul {
                    @for item in block.lines() { li { (line(item.trim_start_matches("- "))) } }
                }
            } @else {
                p { (line(block)) }
            }
        }
    }
}

/// One line, of which every second part between backticks is code.
pub(super) fn line(text: &str) -> Markup {
    html! {
        @for (index, part) in text.split('`').enumerate() {
            @if index % 2 == 1 { code { (part) } } @else { (bold(part)) }
        }
    }
}

fn bold(text: &str) -> Markup {
    html! {
        @for (index, part) in text.split("**").enumerate() {
            @if index % 2 == 1 { strong { (part) } } @else { (part) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_and_bold_become_elements_and_nothing_else_does() {
        let text = "**Ids** of `<b>`\n\n    a < b\n\n- one\n- two";
        let expected = "<p><strong>Ids</strong> of <code>&lt;b&gt;</code></p>\
                        <pre><code>a &lt; b</code></pre><ul><li>one</li><li>two</li></ul>";
        assert_eq!(blocks(text).into_string(), expected);
    }
}
