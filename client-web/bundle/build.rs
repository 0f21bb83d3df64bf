//! Builds the browser client for wasm32, binds it to JavaScript, compresses it, and writes the table of
//! files that the server embeds.
//!
//! ```text
//! client-web, shared --cargo, wasm32--> .wasm --wasm-bindgen--> .wasm, .js --brotli--> OUT_DIR/assets.rs
//! client-web/page ---------------------------------------------------------/
//! ```
//!
//! The nested build has one target directory for all outer profiles (`<target>/web`), so that check,
//! clippy and release share it; a directory of its own, so that it never waits for the outer build's lock.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use wasm_bindgen_cli_support::Bindgen;

const WASM_TARGET: &str = "wasm32-unknown-unknown";
const PROFILE: &str = "wasm-release";
/// The name that wasm-bindgen gives its output.
const CLIENT: &str = "client";

type Failure = Box<dyn std::error::Error>;

fn main() {
    if let Err(error) = run() {
        // Each line on its own, so that cargo shows all of them.
        error.to_string().lines().for_each(|line| println!("cargo::error={line}"));
    }
}

fn run() -> Result<(), Failure> {
    let manifest_dir = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?);
    let root = manifest_dir.join("../..").canonicalize()?;
    let out_dir = PathBuf::from(env::var("OUT_DIR")?);
    for path in [
        "client-web/src",
        "client-web/page",
        "client-web/Cargo.toml",
        "shared/src",
        "shared/Cargo.toml",
        "assets",
        "Cargo.toml",
        "Cargo.lock",
        "rust-toolchain.toml",
    ] {
        println!("cargo::rerun-if-changed={}", root.join(path).display());
    }
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=WEB_CLIENT");
    let table = out_dir.join("assets.rs");
    if env::var("WEB_CLIENT").is_ok_and(|value| value == "skip") {
        fs::write(table, "pub const IS_EMPTY: bool = true;\nconst ASSETS: &[Asset] = &[];\n")?;
        return Ok(());
    }
    ensure_target()?;
    let wasm = build_client(&root, &web_target_dir(&out_dir)?)?;
    // Made anew, so that files of earlier builds do not pile up: their names differ.
    let files = out_dir.join("files");
    if files.is_dir() {
        fs::remove_dir_all(&files)?;
    }
    fs::create_dir_all(&files)?;
    let bound = out_dir.join("bound");
    Bindgen::new()
        .input_path(&wasm)
        .out_name(CLIENT)
        .web(true)?
        .typescript(false)
        // Nobody reads names in the browser; they are a third of the bytes.
        .remove_name_section(true)
        .remove_producers_section(true)
        // The page passes the module, compiled once, to the page's and to the worker's instance.
        .omit_default_module_path(true)
        .generate(&bound)
        .map_err(|error| format!("wasm-bindgen: {error:#}"))?;
    write_table(&root.join("client-web/page"), &bound, &files, &table)
}

/// Makes sure that the standard library for wasm32 is there, with rustup's help if need be.
fn ensure_target() -> Result<(), Failure> {
    let rustc = env::var("RUSTC")?;
    let output = Command::new(&rustc)
        .args(["--print", "target-libdir", "--target", WASM_TARGET])
        .output()?;
    let directory = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    if output.status.success() && Path::new(&directory).is_dir() {
        return Ok(());
    }
    println!(
        "cargo::warning=installing the Rust target {WASM_TARGET} with rustup, for the browser client"
    );
    let mut rustup = Command::new("rustup");
    rustup.args(["target", "add", WASM_TARGET]);
    let toolchain = env::var("RUSTUP_TOOLCHAIN");
    if let Ok(toolchain) = &toolchain {
        rustup.args(["--toolchain", toolchain]);
    }
    let why = match rustup.output() {
        Ok(output) if output.status.success() => return Ok(()),
        Ok(output) => String::from_utf8_lossy(&output.stderr).trim().to_owned(),
        Err(error) => format!("rustup cannot be run: {error}"),
    };
    let toolchain = toolchain.map_or(String::new(), |name| format!(" --toolchain {name}"));
    Err(format!(
        "the browser client needs the Rust target {WASM_TARGET}, and it could not be installed.\n\
         Type this, then build again:  rustup target add {WASM_TARGET}{toolchain}\n{why}"
    )
    .into())
}

/// One directory for the nested builds of all outer profiles: `web` beside `debug` and `release`.
fn web_target_dir(out_dir: &Path) -> Result<PathBuf, Failure> {
    let target = out_dir
        .ancestors()
        .find(|directory| directory.join("CACHEDIR.TAG").is_file())
        .or_else(|| out_dir.ancestors().nth(4))
        .ok_or("OUT_DIR is not below a target directory")?;
    Ok(target.join("web"))
}

/// Runs cargo for the client. Returns the path of the module.
fn build_client(root: &Path, target_dir: &Path) -> Result<PathBuf, Failure> {
    let output = Command::new(env::var("CARGO")?)
        .current_dir(root)
        .args(["build", "--locked", "--package", "driftfield-client-web", "--lib"])
        .args(["--profile", PROFILE, "--target", WASM_TARGET, "--target-dir"])
        .arg(target_dir)
        // Set, not removed: flags for the native build would break this one, and without the variable
        // cargo would look for them in its configuration.
        .env("CARGO_ENCODED_RUSTFLAGS", "")
        // Under clippy this names clippy's driver, which would lint the client instead of compiling it.
        .env_remove("RUSTC_WORKSPACE_WRAPPER")
        .output()?;
    if !output.status.success() {
        let log = String::from_utf8_lossy(&output.stderr);
        return Err(format!("the browser client does not build:\n{log}").into());
    }
    Ok(target_dir.join(WASM_TARGET).join(PROFILE).join("driftfield_client_web.wasm"))
}

/// A file of the page before it is embedded.
struct File {
    /// What stands in other files for this one.
    placeholder: String,
    stem: &'static str,
    extension: &'static str,
    content_type: &'static str,
    bytes: Vec<u8>,
}

/// Writes the hashed, compressed files and the table of them. Names are hashed from the leaves up, since
/// a file that names another one changes with it.
fn write_table(page: &Path, bound: &Path, files_dir: &Path, table: &Path) -> Result<(), Failure> {
    let file = |stem, extension, content_type, path: PathBuf| -> Result<File, Failure> {
        let bytes = fs::read(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        Ok(File {
            placeholder: format!("{{{{{stem}.{extension}}}}}"),
            stem,
            extension,
            content_type,
            bytes,
        })
    };
    const JS: &str = "text/javascript; charset=utf-8";
    let files = [
        file("client", "wasm", "application/wasm", bound.join("client_bg.wasm"))?,
        file("client", "js", JS, bound.join("client.js"))?,
        file("worker", "js", JS, page.join("worker.js"))?,
        file("boot", "js", JS, page.join("boot.js"))?,
        file("style", "css", "text/css; charset=utf-8", page.join("style.css"))?,
        file("icon", "svg", "image/svg+xml", page.join("icon.svg"))?,
    ];
    let mut names: Vec<(String, String)> = Vec::new();
    let mut text = String::from("pub const IS_EMPTY: bool = false;\nconst ASSETS: &[Asset] = &[\n");
    for file in files {
        let bytes = fill_in(file.bytes, &names);
        let hash = hash(&bytes);
        let path = format!("/{}-{hash}.{}", file.stem, file.extension);
        embed(&mut text, files_dir, &path, file.content_type, &bytes, true)?;
        names.push((file.placeholder, path));
    }
    let index = page.join("index.html");
    let bytes = fs::read(&index).map_err(|error| format!("{}: {error}", index.display()))?;
    let bytes = fill_in(bytes, &names);
    embed(&mut text, files_dir, "/", "text/html; charset=utf-8", &bytes, false)?;
    text.push_str("];\n");
    fs::write(table, text)?;
    Ok(())
}

/// Puts the hashed names of other files in the place of their placeholders. Binary files have none.
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
    let identity = files_dir.join(name);
    let compressed = files_dir.join(format!("{name}.br"));
    fs::write(&identity, bytes)?;
    fs::write(&compressed, compress(bytes)?)?;
    let etag = hash(bytes);
    writeln!(
        table,
        "    Asset {{ path: {path:?}, content_type: {content_type:?}, \
         brotli: include_bytes!({compressed:?}), identity: include_bytes!({identity:?}), \
         immutable: {is_immutable}, etag: \"\\\"{etag}\\\"\" }},"
    )?;
    Ok(())
}

fn compress(bytes: &[u8]) -> Result<Vec<u8>, Failure> {
    let params = brotli::enc::BrotliEncoderParams {
        // Quality 11 takes ten times as long in an unoptimised build script, for 3 % fewer bytes.
        quality: 9,
        lgwin: 22,
        ..Default::default()
    };
    let mut compressed = Vec::new();
    brotli::BrotliCompress(&mut &*bytes, &mut compressed, &params)?;
    Ok(compressed)
}

/// FNV-1a with 64 bits, as hexadecimal: names need to differ, not to be secret.
fn hash(bytes: &[u8]) -> String {
    let hash = bytes.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    format!("{hash:016x}")
}
