//! Exports the golden run from a WASM module, and builds that module for tests.

/// The hash of the golden run; 0 if the built-in content is invalid.
// The attribute counts as unsafe because names could clash, but this module exports only one.
#[allow(unsafe_code)]
#[unsafe(no_mangle)]
pub extern "C" fn golden_hash() -> u64 {
    driftfield_shared::sim::script::golden_hash().unwrap_or(0)
}

#[cfg(not(target_family = "wasm"))]
pub use module::build_module;

#[cfg(not(target_family = "wasm"))]
mod module {
    use std::path::Path;
    use std::process::Command;
    use std::{env, fs, io};

    /// Builds this crate for wasm32 below `target_dir` and returns the module's bytes.
    ///
    /// # Errors
    /// When cargo, or the target `wasm32-unknown-unknown`, is missing, or the build fails.
    pub fn build_module(target_dir: &Path) -> io::Result<Vec<u8>> {
        let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let output = Command::new(cargo)
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .args(["build", "--locked", "--lib", "--profile", "wasm-release"])
            .args(["--target", "wasm32-unknown-unknown", "--target-dir"])
            .arg(target_dir)
            // Flags meant for the native build would break this one. The wrapper variable is clippy's.
            .env("CARGO_ENCODED_RUSTFLAGS", "")
            .env_remove("RUSTC_WORKSPACE_WRAPPER")
            .output()?;
        if !output.status.success() {
            return Err(io::Error::other(String::from_utf8_lossy(&output.stderr).into_owned()));
        }
        fs::read(target_dir.join("wasm32-unknown-unknown/wasm-release/driftfield_golden.wasm"))
    }
}
