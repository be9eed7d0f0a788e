//! What a batch of rows changes in the directory.

use std::collections::{HashMap, HashSet};

use shared::organization::OrganizationStatus;

use super::columns::Field;
use super::row::Entry;
use super::{Refused, slug};
use crate::context::Context;
use crate::store::Connection;
use crate::store::organization::{Change, Organization, Progress, import as store};
use crate::store::sql::Dialect;

/// What is to be written, and what becomes of the rows.
#[derive(Debug, Default)]
pub(super) struct Plan {
    pub(super) changes: Vec<Change>,
    pub(super) refused: Vec<Refused>,
    added: u64,
    changed: u64,
    unchanged: u64,
}

impl Plan {
    /// Reads what there is of these rows, and compares.
    pub(super) async fn make(
        (conn, dialect): (&mut Connection, Dialect),
        context: &Context,
        entries: &[Entry],
    ) -> Result<Self, sqlx::Error> {
        let named = |field| entries.iter().filter_map(move |entry| entry.find(field));
        let known = store::of_eins(conn, dialect, named(Field::Ein)).await?;
        let mut shelf = Shelf::default();
        for known in known {
            shelf.put(known);
        }
        let known = store::of_slugs(conn, dialect, named(Field::Slug)).await?;
        for known in known {
            shelf.put(known);
        }
        let mut plan = Self::default();
        let mut nameless = Vec::new();
        for entry in entries {
            match shelf.judge(entry, context) {
                Err(reason) => plan.refused.push(Refused {
                    line: entry.line,
                    reason,
                }),
                Ok(Verdict::Unchanged) => plan.unchanged += 1,
                Ok(Verdict::Changed) => plan.changed += 1,
                Ok(Verdict::Added(place)) => {
                    plan.added += 1;
                    if shelf.rows[place].organization.slug.is_empty() {
                        nameless.push((place, entry));
                    }
                }
            }
        }
        let without = shelf.find_slugs((conn, dialect), nameless).await?;
        for (place, entry) in without {
            shelf.rows[place].is_touched = false;
            plan.added -= 1;
            plan.refused.push(Refused {
                line: entry.line,
                reason: "has the slug of others: give it one in a column slug".to_owned(),
            });
        }
        plan.changes = shelf.into_changes();
        Ok(plan)
    }

    /// What has become of all rows, these too.
    pub(super) fn after(&self, before: Progress) -> Progress {
        Progress {
            added: before.added + self.added,
            changed: before.changed + self.changed,
            unchanged: before.unchanged + self.unchanged,
            refused: before.refused + self.refused.len() as u64,
            ..before
        }
    }
}

enum Verdict {
    Unchanged,
    Changed,
    /// And its place on the shelf.
    Added(usize),
}

/// The organizations of a batch, those that it adds too.
#[derive(Default)]
struct Shelf {
    rows: Vec<Row>,
    by_ein: HashMap<String, usize>,
    by_slug: HashMap<String, usize>,
}

struct Row {
    /// None of one that is added.
    number: Option<u32>,
    organization: Organization,
    is_touched: bool,
}

impl Shelf {
    fn put(&mut self, (number, organization): (u32, Organization)) {
        if self.by_slug.contains_key(&organization.slug) {
            return;
        }
        self.add(Row {
            number: Some(number),
            organization,
            is_touched: false,
        });
    }

    fn add(&mut self, row: Row) -> usize {
        let place = self.rows.len();
        if let Some(ein) = &row.organization.ein {
            self.by_ein.insert(ein.clone(), place);
        }
        if !row.organization.slug.is_empty() {
            self.by_slug.insert(row.organization.slug.clone(), place);
        }
        self.rows.push(row);
        place
    }

    fn judge(&mut self, entry: &Entry, context: &Context) -> Result<Verdict, String> {
        let of_ein = entry.find(Field::Ein).and_then(|ein| self.by_ein.get(ein));
        let of_slug = entry.find(Field::Slug).map(|slug| self.by_slug.get(slug));
        let place = match (of_ein, of_slug) {
            (Some(one), Some(Some(other))) if one != other => {
                let slug = &self.rows[*one].organization.slug;
                return Err(format!("ein is that of {slug}"));
            }
            (Some(place), Some(None)) => {
                let slug = &self.rows[*place].organization.slug;
                return Err(format!("ein is that of {slug}, and slugs stay as they are"));
            }
            (Some(place), _) | (None, Some(Some(place))) => *place,
            (None, _) => return self.add_new(entry, context),
        };
        let row = &mut self.rows[place];
        let before = row.organization.clone();
        entry.apply(&mut row.organization);
        if row.organization == before {
            return Ok(Verdict::Unchanged);
        }
        row.is_touched = true;
        if let Some(ein) = row.organization.ein.clone() {
            self.by_ein.insert(ein, place);
        }
        Ok(Verdict::Changed)
    }

    fn add_new(&mut self, entry: &Entry, context: &Context) -> Result<Verdict, String> {
        let name = entry.find(Field::Name).ok_or("name must not be empty")?;
        let mut organization = Organization {
            id: context.object_id(),
            percent_id: format!("organisation_{}", context.base62_by_time(29)),
            endaoment_id: context.uuid_by_time(),
            slug: entry.find(Field::Slug).unwrap_or_default().to_owned(),
            name: name.to_owned(),
            ein: None,
            logo: None,
            status: OrganizationStatus::Active,
            description: None,
            website: None,
            location: None,
            category: None,
            city: None,
            state: None,
            country: "US".to_owned(),
        };
        entry.apply(&mut organization);
        Ok(Verdict::Added(self.add(Row {
            number: None,
            organization,
            is_touched: true,
        })))
    }

    /// Gives each a slug that nobody has, and answers for whom there is none.
    async fn find_slugs<'a>(
        &mut self,
        (conn, dialect): (&mut Connection, Dialect),
        nameless: Vec<(usize, &'a Entry)>,
    ) -> Result<Vec<(usize, &'a Entry)>, sqlx::Error> {
        let with_candidates = |(place, entry): (usize, &'a Entry)| {
            let name = &self.rows[place].organization.name;
            (place, entry, slug::candidates(entry, name).into_iter())
        };
        let mut waiting: Vec<_> = nameless.into_iter().map(with_candidates).collect();
        let mut without = Vec::new();
        while !waiting.is_empty() {
            let mut next = Vec::with_capacity(waiting.len());
            for (place, entry, mut candidates) in waiting {
                match candidates.next() {
                    Some(candidate) => next.push((candidate, (place, entry, candidates))),
                    None => without.push((place, entry)),
                }
            }
            let wanted = next.iter().map(|(candidate, _)| candidate.as_str());
            let taken = store::taken_slugs(conn, dialect, wanted).await?;
            let taken: HashSet<String> = taken.into_iter().collect();
            waiting = Vec::new();
            for (candidate, one) in next {
                if taken.contains(&candidate) || self.by_slug.contains_key(&candidate) {
                    waiting.push(one);
                } else {
                    self.by_slug.insert(candidate.clone(), one.0);
                    self.rows[one.0].organization.slug = candidate;
                }
            }
        }
        Ok(without)
    }

    fn into_changes(self) -> Vec<Change> {
        let touched = self.rows.into_iter().filter(|row| row.is_touched);
        let change = |row: Row| Change {
            number: row.number,
            organization: row.organization,
        };
        touched.map(change).collect()
    }
}
