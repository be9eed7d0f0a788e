//! Pages of lists: which rows are asked for, and the links that come with them.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use shared::Code;
use shared::percent::{CursorLinks, DEFAULT_PAGE_SIZE, Direction, MAX_PAGE_SIZE, PageLinks};
use shared::time::Timestamp;
use url::form_urlencoded;

use crate::error::Error;
use crate::store::list::{Order, Walk};

/// The longest cursor that is read, in bytes.
const MAX_CURSOR: usize = 200;

/// What a page is asked for by, besides its place: the server's address, the call's
/// path, and the parameters that were given.
type Address<'a> = (&'a str, &'static str, &'a [(&'static str, Option<String>)]);

/// The rows of a page.
pub(super) fn page_size(asked: Option<i64>) -> Result<i64, Error> {
    let size = asked.unwrap_or(DEFAULT_PAGE_SIZE);
    if (0..=MAX_PAGE_SIZE).contains(&size) {
        return Ok(size);
    }
    let message = format!("must be from 0 to {MAX_PAGE_SIZE}");
    Err(Error::field("pageSize", message))
}

fn address((base_url, path, given): Address<'_>, place: &[(&str, String)]) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    for (name, value) in given {
        if let Some(value) = value {
            query.append_pair(name, value);
        }
    }
    for (name, value) in place {
        query.append_pair(name, value);
    }
    format!("{base_url}{path}?{}", query.finish())
}

/// On which side of a row a page stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    After,
    Before,
}

/// A row, as a cursor names it.
#[derive(Clone, Debug)]
struct Place {
    side: Side,
    time: Timestamp,
    id: String,
}

impl Place {
    /// What clients hand back as it is.
    fn cursor(&self) -> String {
        let side = match self.side {
            Side::After => 'n',
            Side::Before => 'p',
        };
        URL_SAFE_NO_PAD.encode(format!("{side} {:x} {}", self.time.0, self.id))
    }

    /// The place that a cursor names, in a list whose ids begin with `prefix`.
    fn read(cursor: &str, prefix: &str) -> Option<Self> {
        if cursor.len() > MAX_CURSOR {
            return None;
        }
        let text = String::from_utf8(URL_SAFE_NO_PAD.decode(cursor).ok()?).ok()?;
        let mut parts = text.split(' ');
        let side = match parts.next()? {
            "n" => Side::After,
            "p" => Side::Before,
            _ => return None,
        };
        let time = i64::from_str_radix(parts.next()?, 16).ok()?;
        let id = parts.next()?;
        let rest = id.strip_prefix(prefix)?;
        let is_ours = rest.len() == 29 && rest.bytes().all(|byte| byte.is_ascii_alphanumeric());
        (is_ours && time >= 0 && parts.next().is_none()).then(|| Self {
            side,
            time: Timestamp(time),
            id: id.to_owned(),
        })
    }
}

/// What a caller asks of a list that is walked by cursors.
pub(super) struct Asked {
    place: Option<Place>,
    cursor: Option<String>,
    order: Order,
    pub(super) page_size: i64,
}

impl Asked {
    pub(super) fn read(
        (prefix, direction): (&str, Direction),
        (cursor, size): (Option<&str>, Option<i64>),
    ) -> Result<Self, Error> {
        let place = cursor.map(|cursor| {
            Place::read(cursor, prefix).ok_or_else(|| {
                Error::new(
                    Code::InvalidCursor,
                    "cursor must be out of a link that this list gave, as it is; leave it out to begin",
                )
            })
        });
        Ok(Self {
            page_size: page_size(size)?,
            place: place.transpose()?,
            cursor: cursor.map(str::to_owned),
            order: match direction {
                Direction::Descending => Order::NewestFirst,
                Direction::Ascending => Order::OldestFirst,
            },
        })
    }

    fn is_backward(&self) -> bool {
        self.place
            .as_ref()
            .is_some_and(|place| place.side == Side::Before)
    }

    /// The rows to read: one more than the page has, to see whether more follow.
    pub(super) fn walk(&self) -> Walk {
        let place = self.place.as_ref();
        Walk {
            after: place.map(|place| (place.time, place.id.clone())),
            order: if self.is_backward() {
                self.order.reversed()
            } else {
                self.order
            },
            limit: self.page_size + 1,
        }
    }

    /// The page of the rows that were walked, and its links; `place` tells where in
    /// the list a row stands.
    pub(super) fn answer<T>(
        self,
        mut rows: Vec<T>,
        place: fn(&T) -> (Timestamp, &str),
        asked_by: Address<'_>,
    ) -> (Vec<T>, CursorLinks) {
        let size = usize::try_from(self.page_size).unwrap_or_default();
        let has_more = rows.len() > size;
        rows.truncate(size);
        let (has_next, has_prev) = if self.is_backward() {
            rows.reverse();
            (true, has_more)
        } else {
            (has_more, self.place.is_some())
        };
        let link = |cursor: Option<String>| {
            let cursor = cursor.map(|cursor| ("cursor", cursor));
            let size = ("pageSize", self.page_size.to_string());
            let place: Vec<_> = [size].into_iter().chain(cursor).collect();
            address(asked_by, &place)
        };
        let beside = |row: Option<&T>, side| {
            let (time, id) = place(row?);
            let id = id.to_owned();
            Some(link(Some(Place { side, time, id }.cursor())))
        };
        let links = CursorLinks {
            next: beside(rows.last().filter(|_| has_next), Side::After),
            prev: beside(rows.first().filter(|_| has_prev), Side::Before),
            current: link(self.cursor.clone()),
        };
        (rows, links)
    }
}

/// What a caller asks of a list whose pages are numbered.
pub(super) struct Numbered {
    pub(super) number: i64,
    pub(super) size: i64,
}

impl Numbered {
    pub(super) fn read(number: Option<i64>, size: i64) -> Result<Self, Error> {
        match number.unwrap_or(1) {
            ..=0 => Err(Error::field("page", "must be at least 1")),
            number => Ok(Self { number, size }),
        }
    }

    pub(super) fn limit(&self) -> usize {
        usize::try_from(self.size).unwrap_or_default()
    }

    pub(super) fn offset(&self) -> usize {
        let offset = (self.number - 1).saturating_mul(self.size);
        usize::try_from(offset).unwrap_or(usize::MAX)
    }

    /// The links of a list that has `total` rows.
    pub(super) fn links(&self, total: i64, asked_by: Address<'_>) -> PageLinks {
        let last = match self.size {
            0 => 1,
            size => ((total + size - 1) / size).max(1),
        };
        let link = |number: i64| {
            let size = ("pageSize", self.size.to_string());
            address(asked_by, &[size, ("page", number.to_string())])
        };
        PageLinks {
            current: link(self.number),
            next: (self.number < last).then(|| link(self.number + 1)),
            prev: (self.number > 1).then(|| link((self.number - 1).min(last))),
            first: link(1),
            last: link(last),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_read_as_it_was_written_and_by_its_own_list_alone() {
        let id = format!("donation_{}", "a1".repeat(14) + "Z");
        let place = Place {
            side: Side::Before,
            time: Timestamp(1_746_876_000_000),
            id: id.clone(),
        };
        let cursor = place.cursor();
        let read = Place::read(&cursor, "donation_").expect("our own cursor");
        assert_eq!(
            (read.side, read.time, read.id),
            (Side::Before, place.time, id)
        );
        assert!(Place::read(&cursor, "donationsession_").is_none());
        let encode = |text: &str| URL_SAFE_NO_PAD.encode(text);
        for wrong in [
            String::new(),
            "%%%".to_owned(),
            format!("{cursor}="),
            encode("n 1"),
            encode("x 1 donation_a"),
            encode(&format!("n -1 donation_{}", "a".repeat(29))),
            encode(&format!("n 1 donation_{} more", "a".repeat(29))),
            encode(&format!("n 1 donation_{}", "-".repeat(29))),
            "A".repeat(5_000),
        ] {
            assert!(Place::read(&wrong, "donation_").is_none(), "{wrong}");
        }
    }
}
