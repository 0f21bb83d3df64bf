//! Writes what the page can say: a function for each message, and the languages there are.
//!
//! ```text
//! assets/locales/*.ftl --Locales--> OUT_DIR/messages.rs    included by src/say
//!                               \-> OUT_DIR/en.txt         what native tests say
//! ```

use std::fmt::Write as _;
use std::path::PathBuf;
use std::{env, fs};

use driftfield_locales::Locales;

type Failure = Box<dyn std::error::Error>;

fn main() {
    if let Err(error) = run() {
        // Line by line, so that cargo shows all of them.
        error.to_string().lines().for_each(|line| println!("cargo::error={line}"));
    }
}

fn run() -> Result<(), Failure> {
    let folder = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?).join("../assets/locales");
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed={}", folder.display());
    let locales = Locales::read_folder(&folder)?;
    let mut code = locales.code();
    code.push_str("/// The tags of all languages, each with its own name.\npub(crate) const LANGUAGES: &[(&str, &str)] = &[\n");
    for tag in locales.tags() {
        let name = locales.text(tag, "page-language").ok_or("page-language has variables")?;
        writeln!(code, "    ({tag:?}, {name:?}),")?;
    }
    code.push_str("];\n");
    let out_dir = PathBuf::from(env::var("OUT_DIR")?);
    fs::write(out_dir.join("messages.rs"), code)?;
    let table = locales.table("en").ok_or("there is no English")?;
    fs::write(out_dir.join("en.txt"), table)?;
    Ok(())
}
