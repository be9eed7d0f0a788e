//! The statements of an import: what there is of a batch, and the batch itself.

use sqlx::Error;
use sqlx::any::AnyRow;

use super::names::number_of;
use super::{Organization, read, take_numbers, words};
use crate::store::Connection;
use crate::store::row::Columns as _;
use crate::store::sql::{Cell, Cells, Column, Dialect, Rows, Table};

pub use super::names::revision;

/// How far the import of a file has come, and what has become of its rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    pub bytes_done: u64,
    pub lines_done: u64,
    pub added: u64,
    pub changed: u64,
    pub unchanged: u64,
    pub refused: u64,
}

/// An organization as it shall be, and its number if it is there already.
#[derive(Clone, Debug)]
pub struct Change {
    pub number: Option<u32>,
    pub organization: Organization,
}

const ORGANIZATIONS: Table = Table {
    name: "organizations",
    columns: &[
        Column::Text("id"),
        Column::Text("percent_id"),
        Column::Text("endaoment_id"),
        Column::Text("slug"),
        Column::Text("name"),
        Column::Text("name_folded"),
        Column::Text("ein"),
        Column::Text("logo"),
        Column::Text("status"),
        Column::Text("description"),
        Column::Text("website"),
        Column::Text("location"),
        Column::Text("category"),
        Column::Text("city"),
        Column::Text("state"),
        Column::Text("country"),
        Column::Number("number"),
        Column::Number("revision"),
    ],
    conflict: "ON CONFLICT (id) DO UPDATE SET name = excluded.name, \
               name_folded = excluded.name_folded, ein = excluded.ein, logo = excluded.logo, \
               status = excluded.status, description = excluded.description, \
               website = excluded.website, location = excluded.location, \
               category = excluded.category, city = excluded.city, state = excluded.state, \
               country = excluded.country, revision = excluded.revision",
};

/// Those with these EINs.
pub async fn of_eins<'a>(
    conn: &mut Connection,
    dialect: Dialect,
    eins: impl Iterator<Item = &'a str>,
) -> Result<Vec<(u32, Organization)>, Error> {
    let found = look_up(conn, (dialect, "t.*", "t.ein = v.value ->> 0"), eins).await?;
    found.iter().map(numbered).collect()
}

/// Those with these slugs.
pub async fn of_slugs<'a>(
    conn: &mut Connection,
    dialect: Dialect,
    slugs: impl Iterator<Item = &'a str>,
) -> Result<Vec<(u32, Organization)>, Error> {
    let found = look_up(conn, (dialect, "t.*", "t.slug = v.value ->> 0"), slugs).await?;
    found.iter().map(numbered).collect()
}

/// Which of these slugs somebody has.
pub async fn taken_slugs<'a>(
    conn: &mut Connection,
    dialect: Dialect,
    slugs: impl Iterator<Item = &'a str>,
) -> Result<Vec<String>, Error> {
    let found = look_up(conn, (dialect, "t.slug", "t.slug = v.value ->> 0"), slugs).await?;
    found.iter().map(|row| row.text("slug")).collect()
}

async fn look_up<'a>(
    conn: &mut Connection,
    (dialect, columns, condition): (Dialect, &str, &str),
    values: impl Iterator<Item = &'a str>,
) -> Result<Vec<AnyRow>, Error> {
    let mut cells = Cells::default();
    for value in values {
        cells.push([Cell::Text(value)])?;
    }
    if cells.is_empty() {
        return Ok(Vec::new());
    }
    sqlx::query(dialect.lookup(columns, "organizations", condition))
        .bind(cells.json()?)
        .fetch_all(conn)
        .await
}

fn numbered(row: &AnyRow) -> Result<(u32, Organization), Error> {
    Ok((number_of(row)?, read(row)?))
}

/// Keeps everyone else from changing the directory until the transaction ends, and
/// answers its revision.
pub async fn lock(conn: &mut Connection) -> Result<i64, Error> {
    Ok(take_numbers(conn, 0).await? - 1)
}

/// Writes changes after a revision, which [`lock`] has answered.
pub async fn write(
    conn: &mut Connection,
    (dialect, revision): (Dialect, i64),
    changes: &[Change],
) -> Result<(), Error> {
    let count = i64::try_from(changes.len()).unwrap_or(i64::MAX);
    take_numbers(conn, count).await?;
    let mut rows = Rows::of(&ORGANIZATIONS);
    for (revision, change) in (revision + 1..).zip(changes) {
        let it = &change.organization;
        let folded = words::folded(&it.name, &it.slug);
        rows.push([
            it.id.as_str().into(),
            it.percent_id.as_str().into(),
            it.endaoment_id.as_str().into(),
            it.slug.as_str().into(),
            it.name.as_str().into(),
            folded.as_str().into(),
            it.ein.as_deref().into(),
            it.logo.as_deref().into(),
            it.status.as_str().into(),
            it.description.as_deref().into(),
            it.website.as_deref().into(),
            it.location.as_deref().into(),
            it.category.as_deref().into(),
            it.city.as_deref().into(),
            it.state.as_deref().into(),
            it.country.as_str().into(),
            change.number.map_or(revision, i64::from).into(),
            revision.into(),
        ])?;
    }
    rows.write(conn, dialect).await
}

/// How far the import of a file came that was killed.
pub async fn progress(conn: &mut Connection, digest: &str) -> Result<Option<Progress>, Error> {
    let row = sqlx::query("SELECT * FROM imports WHERE digest = $1")
        .bind(digest)
        .fetch_optional(conn)
        .await?;
    let Some(row) = row else { return Ok(None) };
    let count = |name| Ok::<_, Error>(row.number(name)?.unsigned_abs());
    Ok(Some(Progress {
        bytes_done: count("bytes_done")?,
        lines_done: count("lines_done")?,
        added: count("added")?,
        changed: count("changed")?,
        unchanged: count("unchanged")?,
        refused: count("refused")?,
    }))
}

pub async fn save_progress(
    conn: &mut Connection,
    digest: &str,
    progress: &Progress,
) -> Result<(), Error> {
    let sql = "INSERT INTO imports
             (digest, bytes_done, lines_done, added, changed, unchanged, refused)
         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (digest) DO UPDATE SET
             bytes_done = excluded.bytes_done, lines_done = excluded.lines_done,
             added = excluded.added, changed = excluded.changed,
             unchanged = excluded.unchanged, refused = excluded.refused";
    let number = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
    sqlx::query(sql)
        .bind(digest)
        .bind(number(progress.bytes_done))
        .bind(number(progress.lines_done))
        .bind(number(progress.added))
        .bind(number(progress.changed))
        .bind(number(progress.unchanged))
        .bind(number(progress.refused))
        .execute(conn)
        .await
        .map(|_| ())
}

/// The file is done.
pub async fn end_progress(conn: &mut Connection, digest: &str) -> Result<(), Error> {
    sqlx::query("DELETE FROM imports WHERE digest = $1")
        .bind(digest)
        .execute(conn)
        .await
        .map(|_| ())
}
