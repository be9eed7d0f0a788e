//! Pages of lists: which rows are asked for, and what comes with them.

use shared::page::{DEFAULT_LIMIT, MAX_LIMIT, Page, Pagination};
use shared::time::Timestamp;

use crate::error::Error;
use crate::store::list::Window;

/// What a caller asks of a list.
pub(super) struct Asked {
    page: Option<u32>,
    limit: u32,
    after: Option<(Timestamp, String)>,
}

impl Asked {
    /// Reads `page`, `limit` and `cursor`; the last takes the place of the first.
    pub(super) fn read(
        page: Option<u32>,
        limit: Option<u32>,
        cursor: Option<&str>,
    ) -> Result<Self, Error> {
        let limit = limit.unwrap_or(DEFAULT_LIMIT);
        if !(1..=MAX_LIMIT).contains(&limit) {
            return Err(Error::field(
                "limit",
                format!("must be from 1 to {MAX_LIMIT}"),
            ));
        }
        match (page, cursor) {
            (Some(_), Some(_)) => Err(Error::field(
                "cursor",
                "takes the place of page; send one of them",
            )),
            (Some(0), None) => Err(Error::field("page", "must be at least 1")),
            (page, None) => Ok(Self {
                page: Some(page.unwrap_or(1)),
                limit,
                after: None,
            }),
            (None, Some(cursor)) => {
                let after = read_cursor(cursor).ok_or_else(|| {
                    Error::field("cursor", "must be a nextCursor that this list gave")
                })?;
                Ok(Self {
                    page: None,
                    limit,
                    after: Some(after),
                })
            }
        }
    }

    /// The rows to read: one more than the page has, to see whether more follow.
    pub(super) fn window(&self) -> Window {
        let before = self.page.unwrap_or(1) - 1;
        Window {
            after: self.after.clone(),
            offset: i64::from(before) * i64::from(self.limit),
            limit: i64::from(self.limit) + 1,
        }
    }

    /// The length of the list, if it is asked for; else nothing is counted.
    pub(super) async fn total<E>(
        &self,
        count: impl Future<Output = Result<i64, E>>,
    ) -> Result<Option<i64>, E> {
        if self.page.is_some() {
            count.await.map(Some)
        } else {
            Ok(None)
        }
    }

    /// The page of `rows`, whose place in the list `place` tells.
    pub(super) fn answer<T>(
        self,
        mut rows: Vec<T>,
        total: Option<i64>,
        place: fn(&T) -> (Timestamp, &str),
    ) -> Page<T> {
        let limit = self.limit as usize;
        let has_more = rows.len() > limit;
        rows.truncate(limit);
        let next_cursor = rows.last().filter(|_| has_more).map(|row| {
            let (time, id) = place(row);
            format!("{:x}-{id}", time.0)
        });
        let total_pages =
            total.map(|total| (total + i64::from(self.limit) - 1) / i64::from(self.limit));
        Page {
            data: rows,
            pagination: Pagination {
                page: self.page,
                limit: self.limit,
                total,
                total_pages,
                next_cursor,
            },
        }
    }
}

fn read_cursor(cursor: &str) -> Option<(Timestamp, String)> {
    let (time, id) = cursor.split_once('-')?;
    let is_hex = |text: &str| text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let is_id = match (
        id.strip_prefix("don_"),
        id.strip_prefix("key_").unwrap_or(id),
    ) {
        (Some(digits), _) => digits.len() == 32 && is_hex(digits),
        (None, digits) => digits.len() == 24 && is_hex(digits),
    };
    let time = i64::from_str_radix(time, 16)
        .ok()
        .filter(|ms| *ms >= 0 && is_id)?;
    Some((Timestamp(time), id.to_owned()))
}
