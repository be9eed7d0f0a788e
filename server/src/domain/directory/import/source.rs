//! The file that is imported: its digest, its records one by one, and the place
//! in it. However long it is, little of it is in memory.

use std::fs::File;
use std::io::{self, Read, Seek as _, SeekFrom};
use std::path::Path;

use csv::{ByteRecord, Reader, ReaderBuilder};
use sha2::{Digest as _, Sha256};

use crate::context::hex;
use crate::store::organization::Progress;

/// The longest record, in bytes.
const MAX_RECORD: usize = 1024 * 1024;
/// What is read from the file at once.
const BUFFER: usize = 64 * 1024;

/// Why a file cannot be imported.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    #[error("{path} cannot be read: {source}")]
    Unreadable { path: String, source: io::Error },
    #[error("the file is empty: its first line must name its columns")]
    Empty,
    #[error("the file is in UTF-16: save it as CSV in UTF-8")]
    Utf16,
    #[error("{0}")]
    Columns(String),
    #[error(
        "the record that begins in line {0} is longer than {MAX_RECORD} bytes: is a quotation mark missing?"
    )]
    TooLong(u64),
    #[error("the file cannot be read after line {0}: {1}")]
    Broken(u64, io::Error),
}

/// What comes next in a file.
#[derive(Debug)]
pub(super) enum Next<'a> {
    /// The line in which a record begins, and the record.
    Record(u64, &'a ByteRecord),
    End,
}

#[derive(Debug)]
pub(super) struct Source {
    path: String,
    reader: Reader<Limited>,
    record: ByteRecord,
    /// Where the reader began.
    start: Progress,
    /// None of standard input, which cannot be read again.
    file: Option<(String, u64)>,
}

impl Source {
    /// Opens the file, and reads the names of its columns.
    pub(super) fn open(path: &Path) -> Result<(Self, ByteRecord), SourceError> {
        let name = path.display().to_string();
        let unreadable = |source| SourceError::Unreadable {
            path: name.clone(),
            source,
        };
        let (input, file): (Box<dyn Read + Send + Sync>, _) = if path == Path::new("-") {
            (Box::new(io::stdin()), None)
        } else {
            let mut file = File::open(path).map_err(unreadable)?;
            let digest = digest(&mut file).map_err(unreadable)?;
            (Box::new(file), Some(digest))
        };
        let mut source = Self {
            path: name.clone(),
            reader: reader(input),
            record: ByteRecord::new(),
            start: Progress::default(),
            file,
        };
        let header = match source.next()? {
            Next::Record(_, record) => record.clone(),
            Next::End => return Err(SourceError::Empty),
        };
        if header.as_slice().starts_with(b"\xff\xfe") || header.as_slice().starts_with(b"\xfe\xff")
        {
            return Err(SourceError::Utf16);
        }
        Ok((source, header))
    }

    /// Goes on behind what was done before.
    pub(super) fn go_on(&mut self, from: &Progress) -> Result<(), SourceError> {
        let opened = File::open(&self.path).and_then(|mut file| {
            file.seek(SeekFrom::Start(from.bytes_done))?;
            Ok(file)
        });
        let file = opened.map_err(|source| SourceError::Unreadable {
            path: self.path.clone(),
            source,
        })?;
        self.reader = reader(Box::new(file));
        self.start = *from;
        Ok(())
    }

    /// By what a file is known again, whatever its name.
    pub(super) fn digest(&self) -> Option<&str> {
        self.file.as_ref().map(|(digest, _)| digest.as_str())
    }

    pub(super) fn length(&self) -> Option<u64> {
        self.file.as_ref().map(|(_, length)| *length)
    }

    /// The place behind the last record, with nothing counted.
    pub(super) fn progress(&self) -> Progress {
        let position = self.reader.position();
        Progress {
            bytes_done: self.start.bytes_done + position.byte(),
            lines_done: self.start.lines_done + position.line() - 1,
            ..Progress::default()
        }
    }

    pub(super) fn next(&mut self) -> Result<Next<'_>, SourceError> {
        self.reader.get_mut().left = MAX_RECORD;
        let line = self.progress().lines_done + 1;
        match self.reader.read_byte_record(&mut self.record) {
            Ok(true) => {
                let begun = self.record.position().map_or(1, csv::Position::line);
                Ok(Next::Record(self.start.lines_done + begun, &self.record))
            }
            Ok(false) => Ok(Next::End),
            Err(error) => Err(match error.into_kind() {
                csv::ErrorKind::Io(error) if error.kind() == io::ErrorKind::FileTooLarge => {
                    SourceError::TooLong(line)
                }
                csv::ErrorKind::Io(error) => SourceError::Broken(line - 1, error),
                other => SourceError::Broken(line - 1, io::Error::other(format!("{other:?}"))),
            }),
        }
    }
}

fn reader(input: Box<dyn Read + Send + Sync>) -> Reader<Limited> {
    let limited = Limited {
        input,
        left: MAX_RECORD,
    };
    ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .buffer_capacity(BUFFER)
        .from_reader(limited)
}

/// The digest of a whole file, and its length; then it stands at its beginning.
fn digest(file: &mut File) -> io::Result<(String, u64)> {
    let mut hash = Sha256::new();
    let (mut buffer, mut length) = (vec![0; BUFFER], 0);
    loop {
        let read = file.read(&mut buffer)?;
        if read == 0 {
            break;
        }
        hash.update(&buffer[..read]);
        length += read as u64;
    }
    file.seek(SeekFrom::Start(0))?;
    Ok((hex(&hash.finalize()), length))
}

/// A file of which so much may be read until the record has ended.
struct Limited {
    input: Box<dyn Read + Send + Sync>,
    left: usize,
}

impl std::fmt::Debug for Limited {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Limited({})", self.left)
    }
}

impl Read for Limited {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.left == 0 {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        let most = buffer.len().min(self.left);
        let read = self.input.read(&mut buffer[..most])?;
        self.left -= read;
        Ok(read)
    }
}
