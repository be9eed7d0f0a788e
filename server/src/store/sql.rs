//! The few places where the two databases want different SQL, each by a name.
//!
//! Set-based statements take one TEXT parameter, `$1`, that holds a JSON array;
//! its elements are `v.value`, and `v.value ->> 'name'` is a member as text.

use serde::Serialize;
use sqlx::{AssertSqlSafe, Error};

use super::Connection;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    Sqlite,
    Postgres,
}

impl Dialect {
    /// The elements of the JSON array `$1`, as the row source `v`.
    pub const fn rows(self) -> &'static str {
        match self {
            Self::Sqlite => "jsonb_each($1) AS v",
            Self::Postgres => "jsonb_array_elements(CAST($1 AS JSONB)) AS v",
        }
    }

    /// Locks the rows of a SELECT against other writers; on SQLite there is
    /// only one writer.
    pub const fn lock(self) -> &'static str {
        match self {
            Self::Sqlite => "",
            Self::Postgres => "FOR NO KEY UPDATE",
        }
    }

    /// Looks `table` up once for each element of `$1`, as the row `t`.
    ///
    /// PostgreSQL is held to one index scan an element by a lateral subselect
    /// that it may not flatten; otherwise it scans the whole table.
    pub fn lookup(self, columns: &str, table: &str, condition: &str) -> AssertSqlSafe<String> {
        let rows = self.rows();
        AssertSqlSafe(match self {
            Self::Sqlite => {
                format!("SELECT {columns} FROM {rows} CROSS JOIN {table} t WHERE {condition}")
            }
            Self::Postgres => format!(
                "SELECT {columns} FROM {rows} CROSS JOIN LATERAL \
                 (SELECT t.* FROM {table} t WHERE {condition} OFFSET 0) t"
            ),
        })
    }

    /// Looks `table` up as [`lookup`](Self::lookup) does and locks what it finds,
    /// row after row.
    pub fn lock_each(self, columns: &str, table: &str, condition: &str) -> AssertSqlSafe<String> {
        match self {
            Self::Sqlite => self.lookup(columns, table, condition),
            Self::Postgres => AssertSqlSafe(format!(
                "SELECT {columns} FROM {} CROSS JOIN LATERAL \
                 (SELECT t.* FROM {table} t WHERE {condition} {}) t",
                self.rows(),
                self.lock(),
            )),
        }
    }

    /// On SQLite a statement that fails may leave behind what it has done, since
    /// its transaction is given up; to be able to undo it alone would cost a copy of
    /// each page that it changes.
    const fn insert_into(self) -> &'static str {
        match self {
            Self::Sqlite => "INSERT OR FAIL INTO",
            Self::Postgres => "INSERT INTO",
        }
    }

    /// Puts one row into `table` for each element of `$1`, an array of cells in
    /// the order of the table's columns.
    pub fn insert(self, table: &Table) -> AssertSqlSafe<String> {
        let names: Vec<_> = table.columns.iter().map(|column| column.name()).collect();
        let values = table.columns.iter().enumerate();
        let values: Vec<_> = values.map(|(place, column)| column.value(place)).collect();
        AssertSqlSafe(format!(
            "{} {} ({}) SELECT {} FROM {} WHERE TRUE {}",
            self.insert_into(),
            table.name,
            names.join(", "),
            values.join(", "),
            self.rows(),
            table.conflict,
        ))
    }
}

/// A table, the columns that are written, and what happens to a row that is
/// there already.
#[derive(Debug)]
pub struct Table {
    pub name: &'static str,
    pub columns: &'static [Column],
    pub conflict: &'static str,
}

/// A column, by the kind of what it holds.
#[derive(Clone, Copy, Debug)]
pub enum Column {
    Text(&'static str),
    Number(&'static str),
}

impl Column {
    const fn name(self) -> &'static str {
        match self {
            Self::Text(name) | Self::Number(name) => name,
        }
    }

    fn value(self, place: usize) -> String {
        match self {
            Self::Text(_) => format!("v.value ->> {place}"),
            Self::Number(_) => format!("CAST(v.value ->> {place} AS BIGINT)"),
        }
    }
}

/// What one column of one row is given.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(untagged)]
pub enum Cell<'a> {
    Text(&'a str),
    Number(i64),
    Null,
}

impl From<i64> for Cell<'_> {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

impl From<usize> for Cell<'_> {
    fn from(number: usize) -> Self {
        Self::Number(i64::try_from(number).unwrap_or(i64::MAX))
    }
}

impl<'a> From<&'a str> for Cell<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(text)
    }
}

impl<'a, T: Into<Cell<'a>>> From<Option<T>> for Cell<'a> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

/// What `$1` of one statement holds: a JSON array of arrays of cells.
#[derive(Debug, Default)]
pub struct Cells {
    json: Vec<u8>,
    count: u64,
}

impl Cells {
    pub fn push<const N: usize>(&mut self, cells: [Cell<'_>; N]) -> Result<(), Error> {
        self.json.push(if self.count == 0 { b'[' } else { b',' });
        self.count += 1;
        serde_json::to_writer(&mut self.json, cells.as_slice()).map_err(encode)
    }

    pub const fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The text that is bound.
    pub fn json(mut self) -> Result<String, Error> {
        self.json
            .extend(if self.count == 0 { "[]" } else { "]" }.bytes());
        String::from_utf8(self.json).map_err(|error| Error::Encode(Box::new(error)))
    }
}

/// Rows of one table, gathered for one statement.
#[derive(Debug)]
pub struct Rows {
    table: &'static Table,
    cells: Cells,
}

impl Rows {
    pub fn of(table: &'static Table) -> Self {
        Self {
            table,
            cells: Cells::default(),
        }
    }

    /// Adds a row: a cell for each column, in the order of the table's.
    pub fn push<const N: usize>(&mut self, cells: [Cell<'_>; N]) -> Result<(), Error> {
        debug_assert_eq!(N, self.table.columns.len(), "{}", self.table.name);
        self.cells.push(cells)
    }

    /// Writes all rows by one statement; an error if any was not written.
    pub async fn write(self, conn: &mut Connection, dialect: Dialect) -> Result<(), Error> {
        let (table, count) = (self.table, self.cells.count);
        let written = self.write_some(conn, dialect).await?;
        if written == count {
            return Ok(());
        }
        Err(Error::Protocol(format!(
            "{written} of {count} rows of {} were written",
            table.name
        )))
    }

    /// Writes the rows that the table's condition lets through, by one statement,
    /// and answers how many that were.
    pub async fn write_some(self, conn: &mut Connection, dialect: Dialect) -> Result<u64, Error> {
        if self.cells.is_empty() {
            return Ok(0);
        }
        let done = sqlx::query(dialect.insert(self.table))
            .bind(self.cells.json()?)
            .execute(conn)
            .await?;
        Ok(done.rows_affected())
    }
}

/// The value as JSON text: a column's, or what `$1` holds.
pub fn json<T: Serialize + ?Sized>(value: &T) -> Result<String, Error> {
    serde_json::to_string(value).map_err(encode)
}

fn encode(error: serde_json::Error) -> Error {
    Error::Encode(Box::new(error))
}
