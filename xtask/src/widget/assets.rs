//! The files of `dist`: which is which, their compressed twins, and their sizes on the wire.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::GzEncoder;

use crate::folder::files_below;
use crate::place;
use crate::program::{Failure, Outcome};

/// What shrinks; a picture or a font is compressed already.
const COMPRESSIBLE: [&str; 9] = [
    "js", "mjs", "wasm", "json", "html", "css", "svg", "ts", "txt",
];

const BROTLI_QUALITY: u32 = 11;
/// 4 MiB, more than any file here.
const BROTLI_WINDOW: u32 = 22;
const BROTLI_BUFFER: usize = 64 * 1024;

/// One file of `dist` and its bytes: as it is, and as a browser downloads it.
pub(crate) struct Asset {
    pub(crate) name: String,
    pub(crate) raw: u64,
    pub(crate) gzip: u64,
    pub(crate) brotli: u64,
}

impl Asset {
    /// All files of `dist`, by name.
    pub(crate) fn all() -> Outcome<Vec<Self>> {
        originals()?.iter().map(|path| Self::at(path)).collect()
    }

    /// What a page pays from loading to giving: the loader, the glue, the module with
    /// its styles inside, and the words of one language.
    pub(crate) fn of_the_widget() -> Outcome<Vec<Self>> {
        let module = module()?;
        let of = |name| place::dist().join(name);
        [
            of("donate.js"),
            glue(&module)?,
            module,
            of("locales/en.json"),
        ]
        .iter()
        .map(|path| Self::at(path))
        .collect()
    }

    /// What is not compressed counts as it is.
    fn at(path: &Path) -> Outcome<Self> {
        let raw = length(path)?;
        let twin = |suffix| length(&with_suffix(path, suffix)).unwrap_or(raw);
        let name = path
            .strip_prefix(place::dist())
            .unwrap_or(path)
            .display()
            .to_string();
        Ok(Self {
            name,
            raw,
            gzip: twin("gz"),
            brotli: twin("br"),
        })
    }
}

/// Prints the assets and their sum.
pub(crate) fn print_table(assets: &[Asset]) {
    println!(
        "{:<32}{:>12}{:>12}{:>12}",
        "bytes of", "raw", "gzip", "brotli"
    );
    for asset in assets {
        println!(
            "{:<32}{:>12}{:>12}{:>12}",
            asset.name, asset.raw, asset.gzip, asset.brotli
        );
    }
    let sum = |field: fn(&Asset) -> u64| assets.iter().map(field).sum::<u64>();
    let (raw, gzip, brotli) = (sum(|a| a.raw), sum(|a| a.gzip), sum(|a| a.brotli));
    println!("{:<32}{raw:>12}{gzip:>12}{brotli:>12}", "sum");
}

/// The one WebAssembly module trunk leaves.
pub(super) fn module() -> Outcome<PathBuf> {
    let mut modules = originals()?;
    modules.retain(|path| {
        path.extension()
            .is_some_and(|extension| extension == "wasm")
    });
    match modules.as_slice() {
        [module] => Ok(module.clone()),
        others => Err(Failure::new(format!(
            "dist holds {} WebAssembly modules, not one",
            others.len()
        ))),
    }
}

/// The script that wasm-bindgen made for this module.
pub(super) fn glue(module: &Path) -> Outcome<PathBuf> {
    let name = module.file_stem().unwrap_or_default().to_string_lossy();
    let name = name.strip_suffix("_bg").unwrap_or(&name);
    let glue = module.with_file_name(format!("{name}.js"));
    if glue.is_file() {
        Ok(glue)
    } else {
        Err(Failure::new(format!("{} is missing", glue.display())))
    }
}

/// Writes `NAME.br` and `NAME.gz` beside each file that shrinks.
pub(super) fn compress() -> Outcome<()> {
    for path in originals()? {
        let extension = path
            .extension()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        if !COMPRESSIBLE.contains(&extension.as_str()) {
            continue;
        }
        let bytes = fs::read(&path).map_err(|error| Failure::at(&path, &error))?;
        for (suffix, squeeze) in [
            ("gz", gzip as fn(&[u8]) -> std::io::Result<Vec<u8>>),
            ("br", brotli),
        ] {
            let twin = with_suffix(&path, suffix);
            squeeze(&bytes)
                .and_then(|squeezed| fs::write(&twin, squeezed))
                .map_err(|error| Failure::at(&twin, &error))?;
        }
    }
    Ok(())
}

fn gzip(bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes)?;
    encoder.finish()
}

fn brotli(bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut squeezed = Vec::new();
    let mut encoder =
        brotli::CompressorWriter::new(&mut squeezed, BROTLI_BUFFER, BROTLI_QUALITY, BROTLI_WINDOW);
    encoder.write_all(bytes)?;
    drop(encoder);
    Ok(squeezed)
}

/// The files of `dist` but the compressed twins.
fn originals() -> Outcome<Vec<PathBuf>> {
    let mut files = files_below(&place::dist(), &[])?;
    files.retain(|path| {
        path.extension()
            .is_none_or(|extension| extension != "br" && extension != "gz")
    });
    Ok(files)
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(suffix);
    PathBuf::from(name)
}

fn length(path: &Path) -> Outcome<u64> {
    fs::metadata(path)
        .map(|facts| facts.len())
        .map_err(|error| Failure::at(path, &error))
}
