//! Binds the browser client to JavaScript, compresses it, and writes the table of files that the server embeds.
//!
//! ```text
//! module/build.rs --.wasm--wasm-bindgen--> .wasm, .js --brotli, gzip--> OUT_DIR/assets.rs
//! client-web/page ------------------------------------/
//! assets/locales ---texts and numbers of messages------/
//! ```

mod words;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

use driftfield_locales::Locales;
use wasm_bindgen_cli_support::Bindgen;
use words::Words;

/// The file name that wasm-bindgen gives its output.
const CLIENT: &str = "client";

type Failure = Box<dyn std::error::Error>;

fn main() {
    if let Err(error) = run() {
        // Line by line, so that cargo shows all of them.
        error.to_string().lines().for_each(|line| println!("cargo::error={line}"));
    }
}

fn run() -> Result<(), Failure> {
    let manifest_dir = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?);
    let page = manifest_dir.join("../page").canonicalize()?;
    let out_dir = PathBuf::from(env::var("OUT_DIR")?);
    println!("cargo::rerun-if-changed=build.rs");
    let locales = manifest_dir.join("../../assets/locales").canonicalize()?;
    println!("cargo::rerun-if-changed={}", page.display());
    println!("cargo::rerun-if-changed={}", locales.display());
    println!("cargo::rerun-if-env-changed=WEB_CLIENT");
    let table = out_dir.join("assets.rs");
    if env::var("WEB_CLIENT").is_ok_and(|value| value == "skip") {
        fs::write(table, "pub const IS_EMPTY: bool = true;\nconst ASSETS: &[Asset] = &[];\n")?;
        return Ok(());
    }
    // Set by the build script of the module.
    let wasm = env::var("DEP_DRIFTFIELD_CLIENT_MODULE_WASM")
        .map_err(|_| "the build script of driftfield-client-module did not name a module")?;
    let wasm = PathBuf::from(wasm);
    println!("cargo::rerun-if-changed={}", wasm.display());
    // Emptied, so that files of earlier builds do not pile up under other names.
    let files = out_dir.join("files");
    if files.is_dir() {
        fs::remove_dir_all(&files)?;
    }
    fs::create_dir_all(&files)?;
    let mut output = Bindgen::new()
        .input_path(&wasm)
        .out_name(CLIENT)
        .web(true)?
        .typescript(false)
        // Names are not needed in the browser, and are a third of the bytes.
        .remove_name_section(true)
        .remove_producers_section(true)
        // The page compiles the module once and passes it to its own instance and to the worker's.
        .omit_default_module_path(true)
        .generate_output()
        .map_err(|error| format!("wasm-bindgen: {error:#}"))?;
    if output.snippets().values().any(|scripts| !scripts.is_empty()) {
        return Err("the client brings scripts of its own, which are not served".into());
    }
    let mut script = output.js().to_owned();
    let imports = output.wasm_mut().imports.iter_mut().map(|import| &mut import.name);
    shorten_imports(&mut script, imports)?;
    let module = output.wasm_mut().emit_wasm();
    write_table(&page, script, module, &Locales::read_folder(&locales)?, &files, &table)
}

/// Gives the functions that the module imports from its script short names. The generated ones end in 16 random digits, which
/// no compression makes shorter, and stand in both files.
fn shorten_imports<'a>(
    script: &mut String,
    imports: impl Iterator<Item = &'a mut String>,
) -> Result<(), Failure> {
    // Two imports may be one function.
    let mut known: BTreeMap<String, String> = BTreeMap::new();
    for name in imports {
        if let Some(short) = known.get(name) {
            name.clone_from(short);
            continue;
        }
        let short = format!("i{}", known.len());
        let long = format!("{name}: function(");
        let is_whole = |at: &usize| script[..*at].ends_with(char::is_whitespace);
        let mut places = script.match_indices(&long).map(|(at, _)| at).filter(is_whole);
        let (Some(place), None) = (places.next(), places.next()) else {
            return Err(format!("the script does not define the import {name} once").into());
        };
        script.replace_range(place..place + name.len(), &short);
        known.insert(std::mem::replace(name, short.clone()), short);
    }
    Ok(())
}

/// A file of the page before it is embedded.
struct File {
    /// The placeholder for this file in other files.
    placeholder: String,
    stem: String,
    extension: &'static str,
    content_type: &'static str,
    bytes: Vec<u8>,
}

/// Writes the hashed, compressed files and their table. Files are hashed after the files that they name, because a
/// file that contains another one's name changes with it.
fn write_table(
    page: &Path,
    script: String,
    module: Vec<u8>,
    locales: &Locales,
    files_dir: &Path,
    table: &Path,
) -> Result<(), Failure> {
    let made = |stem: &str, extension, content_type, bytes| File {
        placeholder: format!("{{{{{stem}.{extension}}}}}"),
        stem: stem.to_owned(),
        extension,
        content_type,
        bytes,
    };
    let file = |stem: &str, extension, content_type| -> Result<File, Failure> {
        let path = page.join(format!("{stem}.{extension}"));
        let bytes = fs::read(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        Ok(made(stem, extension, content_type, bytes))
    };
    const JS: &str = "text/javascript; charset=utf-8";
    let mut files = vec![
        made(CLIENT, "wasm", "application/wasm", module),
        made(CLIENT, "js", JS, script.into_bytes()),
        file("worker", "js", JS)?,
        file("words", "txt", "text/plain; charset=utf-8")?,
        file("boot", "js", JS)?,
        file("style", "css", "text/css; charset=utf-8")?,
        file("icon", "svg", "image/svg+xml")?,
    ];
    let words = Words::of(locales, page)?;
    for (tag, table) in &words.tables {
        let file = File {
            placeholder: words::table_placeholder(tag),
            stem: format!("locale-{tag}"),
            extension: "txt",
            content_type: "text/plain; charset=utf-8",
            bytes: table.clone().into_bytes(),
        };
        files.insert(0, file);
    }
    let mut names: Vec<(String, String)> = words.placeholders;
    let mut text = String::from("pub const IS_EMPTY: bool = false;\nconst ASSETS: &[Asset] = &[\n");
    for file in files {
        let bytes = match file.extension {
            "js" | "css" => compact(&String::from_utf8(file.bytes)?).into_bytes(),
            _ => file.bytes,
        };
        let bytes = fill_in(bytes, &names);
        let hash = hash(&bytes);
        let path = format!("/{}-{hash}.{}", file.stem, file.extension);
        embed(&mut text, files_dir, &path, file.content_type, &bytes, true)?;
        // Relative: the page may stand below a path of another server.
        names.push((file.placeholder, format!(".{path}")));
    }
    let index = page.join("index.html");
    let bytes = fs::read(&index).map_err(|error| format!("{}: {error}", index.display()))?;
    let bytes = fill_in(bytes, &names);
    embed(&mut text, files_dir, "/", "text/html; charset=utf-8", &bytes, false)?;
    text.push_str("];\n");
    fs::write(table, text)?;
    Ok(())
}

/// A script or a style sheet without what only its readers need: indentation, and lines that are nothing but a comment. A script
/// with a text over several lines stays as it is.
fn compact(script: &str) -> String {
    if script.lines().any(|line| line.matches('`').count() % 2 == 1) {
        return script.to_owned();
    }
    let mut compact = String::with_capacity(script.len());
    let mut is_in_comment = false;
    for line in script.lines().map(str::trim) {
        is_in_comment |= line.starts_with("/*");
        if !is_in_comment && !line.starts_with("//") && !line.is_empty() {
            compact.push_str(line);
            compact.push('\n');
        }
        is_in_comment &= !line.ends_with("*/");
    }
    compact
}

/// Replaces placeholders by the hashed names of other files. Binary files have none.
fn fill_in(bytes: Vec<u8>, names: &[(String, String)]) -> Vec<u8> {
    match String::from_utf8(bytes) {
        Ok(text) => names
            .iter()
            .fold(text, |text, (placeholder, path)| text.replace(placeholder, path))
            .into_bytes(),
        Err(binary) => binary.into_bytes(),
    }
}

fn embed(
    table: &mut String,
    files_dir: &Path,
    path: &str,
    content_type: &str,
    bytes: &[u8],
    is_immutable: bool,
) -> Result<(), Failure> {
    let name = if path == "/" { "index.html" } else { &path[1..] };
    let store = |ending: &str, bytes: &[u8]| -> Result<PathBuf, Failure> {
        let file = files_dir.join(format!("{name}{ending}"));
        fs::write(&file, bytes)?;
        Ok(file)
    };
    let identity = store("", bytes)?;
    let brotli = store(".br", &brotli(bytes)?)?;
    let gzip = store(".gz", &gzip(bytes)?)?;
    let etag = hash(bytes);
    writeln!(
        table,
        "    Asset {{ path: {path:?}, content_type: {content_type:?}, brotli: include_bytes!({brotli:?}), \
         gzip: include_bytes!({gzip:?}), identity: include_bytes!({identity:?}), immutable: {is_immutable}, \
         etag: \"\\\"{etag}\\\"\" }},"
    )?;
    Ok(())
}

fn brotli(bytes: &[u8]) -> Result<Vec<u8>, Failure> {
    let params = brotli::enc::BrotliEncoderParams {
        // A tenth fewer bytes of the module than with quality 9, for some seconds of the build.
        quality: 11,
        lgwin: 22,
        ..Default::default()
    };
    let mut compressed = Vec::new();
    brotli::BrotliCompress(&mut &*bytes, &mut compressed, &params)?;
    Ok(compressed)
}

/// For browsers that reach the server over plain http, where they do not offer Brotli.
fn gzip(bytes: &[u8]) -> Result<Vec<u8>, Failure> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes)?;
    Ok(encoder.finish()?)
}

/// FNV-1a with 64 bits, as hexadecimal. Names must differ, not be secret.
fn hash(bytes: &[u8]) -> String {
    let hash = bytes.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    format!("{hash:016x}")
}
