//! JSON made readable without reading its values: members keep their order,
//! numbers their digits.

use serde::de::IgnoredAny;

/// The text on several lines, or nothing if it is not JSON.
pub(super) fn indent(body: &[u8]) -> Option<String> {
    serde_json::from_slice::<IgnoredAny>(body).ok()?;
    let text = std::str::from_utf8(body).ok()?;
    let mut indented = Indented::default();
    for c in text.chars() {
        indented.push(c);
    }
    Some(indented.text)
}

#[derive(Default)]
struct Indented {
    text: String,
    depth: usize,
    in_string: bool,
    is_escaped: bool,
    /// After an opening bracket, until it is known whether anything follows.
    is_opened: bool,
}

impl Indented {
    fn push(&mut self, c: char) {
        if self.in_string {
            self.push_in_string(c);
            return;
        }
        if c.is_ascii_whitespace() {
            return;
        }
        let closes = matches!(c, '}' | ']');
        if std::mem::take(&mut self.is_opened) && !closes {
            self.depth += 1;
            self.new_line();
        } else if closes && !self.text.ends_with(['{', '[']) {
            self.depth = self.depth.saturating_sub(1);
            self.new_line();
        }
        self.text.push(c);
        match c {
            '"' => self.in_string = true,
            '{' | '[' => self.is_opened = true,
            ',' => self.new_line(),
            ':' => self.text.push(' '),
            _ => {}
        }
    }

    fn push_in_string(&mut self, c: char) {
        self.text.push(c);
        self.in_string = self.is_escaped || c != '"';
        self.is_escaped = !self.is_escaped && c == '\\';
    }

    fn new_line(&mut self) {
        self.text.push('\n');
        self.text.extend(std::iter::repeat_n("  ", self.depth));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_laid_out_and_otherwise_kept() {
        let body = r#"{"z":1.50,"a":[ ],"b":{},"c":[1,{"d":"a, \"{b}\\"}]}"#;
        let text = "{\n  \"z\": 1.50,\n  \"a\": [],\n  \"b\": {},\n  \"c\": [\n    1,\n    {\n      \
                    \"d\": \"a, \\\"{b}\\\\\"\n    }\n  ]\n}";
        assert_eq!(indent(body.as_bytes()).as_deref(), Some(text));
        assert_eq!(indent(b"\"[\"").as_deref(), Some("\"[\""));
    }

    #[test]
    fn what_is_not_json_is_left_alone() {
        for body in ["", "<p>", "{} {}", "{\"a\":"] {
            assert_eq!(indent(body.as_bytes()), None, "{body}");
        }
    }
}
