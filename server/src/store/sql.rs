//! The few places where the two databases want different SQL, each by a name.
//!
//! Set-based statements take one TEXT parameter, `$1`, that holds a JSON array;
//! its elements are `v.value`, and `v.value ->> 'name'` is a member as text.

use serde::Serialize;
use sqlx::AssertSqlSafe;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    Sqlite,
    Postgres,
}

impl Dialect {
    /// The elements of the JSON array `$1`, as the row source `v`.
    pub const fn rows(self) -> &'static str {
        match self {
            Self::Sqlite => "json_each($1) AS v",
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

    /// Puts one row into `table` for each element of `$1`, from its members:
    /// `text` and `number` columns by name. `conflict` is what follows.
    pub fn insert(self, table: &str, columns: &[Column], conflict: &str) -> AssertSqlSafe<String> {
        let names: Vec<_> = columns.iter().map(|column| column.name()).collect();
        let values: Vec<_> = columns.iter().map(|column| column.value()).collect();
        AssertSqlSafe(format!(
            "INSERT INTO {table} ({}) SELECT {} FROM {} WHERE TRUE {conflict}",
            names.join(", "),
            values.join(", "),
            self.rows(),
        ))
    }
}

/// A column that is written from the member of the same name.
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

    fn value(self) -> String {
        match self {
            Self::Text(name) => format!("v.value ->> '{name}'"),
            Self::Number(name) => format!("CAST(v.value ->> '{name}' AS BIGINT)"),
        }
    }
}

/// The value as JSON text: a column's, or the array of rows that `$1` holds.
pub fn json<T: Serialize + ?Sized>(value: &T) -> Result<String, sqlx::Error> {
    serde_json::to_string(value).map_err(|error| sqlx::Error::Encode(Box::new(error)))
}
