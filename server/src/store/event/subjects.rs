//! Whom an event is about, so that what is about the same can be told in order.

use crate::vault;

/// The length of a mark, in hex digits.
const MARK_LENGTH: usize = 12;

/// Marks of the users, and of the gift, that an event is about. A mark is the
/// start of a hash and names nobody; two who share one only wait for each other.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Subjects(String);

impl Subjects {
    /// The marks of these ids: the partner's for users, ours for gifts.
    pub fn of<'a>(ids: impl IntoIterator<Item = &'a str>) -> Self {
        let mut text = String::new();
        for id in ids {
            if !text.is_empty() {
                text.push(' ');
            }
            text.push_str(&vault::hash(id)[..MARK_LENGTH]);
        }
        Self(text)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Each mark. What is about nobody has one as well, the empty one, so that
    /// such events have an order among themselves.
    pub fn marks(&self) -> impl Iterator<Item = &str> {
        self.0.split(' ')
    }
}

impl From<String> for Subjects {
    fn from(text: String) -> Self {
        Self(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn those_who_are_the_same_have_the_same_mark() {
        let (one, both) = (Subjects::of(["ada"]), Subjects::of(["bob", "ada"]));
        assert_eq!(both.marks().last(), one.marks().next());
        assert_eq!(both.marks().count(), 2);
        assert_ne!(both.marks().next(), one.marks().next());
    }

    #[test]
    fn what_is_about_nobody_is_about_the_same() {
        assert_eq!(Subjects::default().marks().collect::<Vec<_>>(), [""]);
        assert_eq!(Subjects::of([]), Subjects::default());
    }
}
