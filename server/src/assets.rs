//! The built widget: inside the program when it is shipped, read from `dist/`
//! while it is developed.

use std::collections::BTreeMap;
use std::io::Write as _;

use axum::body::Bytes;
use axum::http::{HeaderMap, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use sha2::{Digest as _, Sha256};

use crate::context::hex;

/// The loader's tokens, which are filled when the server starts.
const BASE: &str = "__GIVING_BASE__";
const VERSION: &str = "__GIVING_VERSION__";
const GLUE_INTEGRITY: &str = "__GIVING_GLUE_INTEGRITY__";
const WASM_INTEGRITY: &str = "__GIVING_WASM_INTEGRITY__";

/// The most that brotli can do, which takes its time.
const SMALLEST: u32 = 11;

const LOADER: &str = "donate.js";
const GLUE: &str = "widget.js";
const WASM: &str = "widget_bg.wasm";

#[derive(rust_embed::RustEmbed)]
#[folder = "../dist"]
#[allow_missing = true]
struct Dist;

/// The files of the widget by name, and the version that their contents give.
#[derive(Debug, Default)]
pub struct Assets {
    files: BTreeMap<String, File>,
    loader: Option<File>,
    version: String,
}

/// A file, and its smaller forms where there are any.
#[derive(Debug)]
pub struct File {
    plain: Bytes,
    brotli: Option<Bytes>,
    gzip: Option<Bytes>,
    pub media_type: &'static str,
    pub etag: String,
}

impl Assets {
    /// Takes the built widget, if there is one, and fills in the loader.
    pub fn load(base_url: &str) -> Self {
        let contents: BTreeMap<String, Bytes> = Dist::iter()
            .filter_map(|name| {
                Some((
                    name.to_string(),
                    Bytes::from(Dist::get(&name)?.data.into_owned()),
                ))
            })
            .collect();
        let sibling = |name: &str, ending: &str| contents.get(&format!("{name}.{ending}")).cloned();
        let mut assets = Self {
            version: version(&contents),
            ..Self::default()
        };
        for (name, plain) in contents.iter().filter(|(name, _)| !is_smaller_form(name)) {
            let file = File::new(
                name,
                plain.clone(),
                (sibling(name, "br"), sibling(name, "gz")),
            );
            assets.files.insert(name.clone(), file);
        }
        assets.loader = assets.text(LOADER).map(|loader| {
            let integrity = |name| {
                contents
                    .get(name)
                    .map_or_else(String::new, |bytes| integrity(bytes))
            };
            let filled = loader
                .replace(BASE, base_url)
                .replace(VERSION, &assets.version)
                .replace(GLUE_INTEGRITY, &integrity(GLUE))
                .replace(WASM_INTEGRITY, &integrity(WASM));
            File::compressed(LOADER, filled.into(), SMALLEST)
        });
        assets
    }

    pub fn version(&self) -> &str {
        &self.version
    }

    pub fn loader(&self) -> Option<&File> {
        self.loader.as_ref()
    }

    pub fn file(&self, name: &str) -> Option<&File> {
        self.files.get(name)
    }

    /// The contents of a text file, unfilled.
    pub fn text(&self, name: &str) -> Option<&str> {
        std::str::from_utf8(&self.files.get(name)?.plain).ok()
    }
}

impl File {
    fn new(name: &str, plain: Bytes, (brotli, gzip): (Option<Bytes>, Option<Bytes>)) -> Self {
        let etag = format!("\"{}\"", &hex(&Sha256::digest(&plain))[..16]);
        Self {
            plain,
            brotli,
            gzip,
            media_type: media_type(name),
            etag,
        }
    }

    /// A file in both smaller forms; brotli's effort goes from 0 to [`SMALLEST`].
    pub(crate) fn compressed(name: &str, plain: Bytes, effort: u32) -> Self {
        let smaller = (
            brotli(&plain, effort).map(Bytes::from),
            gzip(&plain).map(Bytes::from),
        );
        Self::new(name, plain, smaller)
    }

    /// The smallest form that the browser takes, and its `Content-Encoding`.
    pub fn encoded(&self, asked: &HeaderMap) -> (Bytes, Option<&'static str>) {
        let accepted = asked
            .get(header::ACCEPT_ENCODING)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default();
        let takes = |wanted: &str| {
            accepted.split(',').any(|coding| {
                let (name, weight) = coding.split_once(';').unwrap_or((coding, ""));
                name.trim() == wanted && weight.trim() != "q=0"
            })
        };
        match (&self.brotli, &self.gzip) {
            (Some(bytes), _) if takes("br") => (bytes.clone(), Some("br")),
            (_, Some(bytes)) if takes("gzip") => (bytes.clone(), Some("gzip")),
            _ => (self.plain.clone(), None),
        }
    }
}

fn is_smaller_form(name: &str) -> bool {
    matches!(name.rsplit_once('.'), Some((_, "br" | "gz")))
}

/// A hash of all that browsers keep under the version.
fn version(contents: &BTreeMap<String, Bytes>) -> String {
    let mut hash = Sha256::new();
    for (name, bytes) in contents.iter().filter(|(name, _)| !is_smaller_form(name)) {
        hash.update(name.as_bytes());
        hash.update(Sha256::digest(bytes));
    }
    hex(&hash.finalize())[..16].to_owned()
}

/// What `integrity` attributes hold.
fn integrity(bytes: &[u8]) -> String {
    format!("sha256-{}", BASE64.encode(Sha256::digest(bytes)))
}

fn media_type(name: &str) -> &'static str {
    match name.rsplit_once('.').map_or("", |(_, ending)| ending) {
        "js" => "text/javascript; charset=utf-8",
        "wasm" => "application/wasm",
        "json" => "application/json",
        "html" => "text/html; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "ts" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

fn brotli(bytes: &[u8], effort: u32) -> Option<Vec<u8>> {
    let mut smaller = Vec::new();
    let mut writer = brotli::CompressorWriter::new(&mut smaller, 4096, effort, 22);
    writer.write_all(bytes).ok()?;
    drop(writer);
    Some(smaller)
}

fn gzip(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    writer.write_all(bytes).ok()?;
    writer.finish().ok()
}
