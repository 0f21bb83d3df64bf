//! Compiles the browser client for wasm32 with a nested cargo.
//!
//! ```text
//! client-web, shared --cargo, wasm32--> <target>/web/.../driftfield_client_web.wasm --metadata--> bundle/build.rs
//! ```
//!
//! This crate has no dependencies. The bundle's build dependencies take longer to compile than half of the page, and
//! the page does not wait for them.
//!
//! The nested build has one target directory for all outer profiles (`<target>/web`), so that check, clippy and
//! release share it. It is separate, so that the nested cargo never waits for the outer build's lock.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

const WASM_TARGET: &str = "wasm32-unknown-unknown";
const PROFILE: &str = "wasm-release";

type Failure = Box<dyn std::error::Error>;

fn main() {
    if let Err(error) = run() {
        // Line by line, so that cargo shows all of them.
        error.to_string().lines().for_each(|line| println!("cargo::error={line}"));
    }
}

fn run() -> Result<(), Failure> {
    let manifest_dir = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?);
    let root = manifest_dir.join("../..").canonicalize()?;
    for path in [
        "client-web/src",
        "client-web/build.rs",
        "client-web/Cargo.toml",
        "client-web/locales/src",
        "client-web/locales/Cargo.toml",
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
    if env::var("WEB_CLIENT").is_ok_and(|value| value == "skip") {
        return Ok(());
    }
    ensure_target()?;
    let out_dir = PathBuf::from(env::var("OUT_DIR")?);
    let built = build_client(&root, &web_target_dir(&out_dir)?)?;
    // A copy for this build alone: the next build, of another profile, may overwrite the shared directory.
    let module = out_dir.join("client.wasm");
    fs::copy(&built, &module).map_err(|error| format!("{}: {error}", built.display()))?;
    println!("cargo::metadata=wasm={}", module.display());
    Ok(())
}

/// Makes sure that the standard library for wasm32 is installed, with rustup if necessary.
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

/// Runs cargo for the client. Returns the module's path.
fn build_client(root: &Path, target_dir: &Path) -> Result<PathBuf, Failure> {
    let output = Command::new(env::var("CARGO")?)
        .current_dir(root)
        .args(["build", "--locked", "--package", "driftfield-client-web", "--lib"])
        .args(["--profile", PROFILE, "--target", WASM_TARGET, "--target-dir"])
        .arg(target_dir)
        // Set even if it were empty: flags for the native build would break this one, and without the variable cargo would
        // look for flags in its configuration. SHA-256 is computed once a visit: small is better than fast.
        .env("CARGO_ENCODED_RUSTFLAGS", "--cfg\u{1f}sha2_backend_soft=\"compact\"")
        // Under clippy this variable names clippy's driver, which would lint the client instead of compiling it.
        .env_remove("RUSTC_WORKSPACE_WRAPPER")
        .output()?;
    if !output.status.success() {
        let log = String::from_utf8_lossy(&output.stderr);
        return Err(format!("the browser client could not be built:\n{log}").into());
    }
    Ok(target_dir.join(WASM_TARGET).join(PROFILE).join("driftfield_client_web.wasm"))
}
