//! A host's own content files, laid over those that are compiled in.
//!
//! ```text
//! --assets DIR:  DIR/hulls.toml if it is there, else the file of this program; and so on for each file
//!                DIR/sectors/*.toml beside the sectors of this program; a file of the same name takes its place
//! ```

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use driftfield_shared::content::{BuiltIn, Content, ContentError, ContentFiles, sector_of};

use super::room::is_id;

/// A folder with some of the files of `assets/`.
#[derive(Clone, Debug)]
pub struct AssetFolder {
    folder: PathBuf,
}

/// Path, size and time of each file: another one means that something was changed.
pub type Signature = Vec<(String, u64, Option<SystemTime>)>;

/// The content of this program, with the files of `folder`, if there is one, laid over it.
///
/// # Errors
/// The first mistake: file, key and reason.
pub fn content_with(folder: Option<&Path>) -> Result<Content, ContentError> {
    match folder {
        Some(folder) => AssetFolder::new(folder).content(),
        None => Content::built_in(),
    }
}

impl AssetFolder {
    /// The files of `folder`, which need not be all.
    pub fn new(folder: &Path) -> Self {
        AssetFolder { folder: folder.to_owned() }
    }

    /// What the folder looks like from outside; `None` if it cannot be read.
    pub fn signature(&self) -> Option<Signature> {
        let paths = self.paths("").ok()?;
        let of = |path: String| {
            let metadata = fs::metadata(self.folder.join(&path)).ok()?;
            Some((path, metadata.len(), metadata.modified().ok()))
        };
        paths.into_iter().map(of).collect()
    }

    /// The content with this folder's files in it.
    ///
    /// # Errors
    /// The first mistake: file, key and reason. A file that would never be read is one.
    pub fn content(&self) -> Result<Content, ContentError> {
        for path in self.paths("")? {
            let is_known = BuiltIn::paths().any(|known| known == path);
            if !is_known && sector_of(&path).is_none() {
                let known: Vec<_> =
                    BuiltIn::paths().filter(|path| sector_of(path).is_none()).collect();
                let reason = format!("is none of {}, sectors/*.toml", known.join(", "));
                return Err(error(&path, reason));
            }
        }
        Content::from_files(self)
    }

    /// Paths of the files in a folder below this one and in `sectors/`, in alphabetical order. Hidden files are left out.
    fn paths(&self, below: &str) -> Result<Vec<String>, ContentError> {
        let unreadable = |source: io::Error| error(&self.name_of(below), source.to_string());
        let mut paths = Vec::new();
        for entry in fs::read_dir(self.folder.join(below)).map_err(unreadable)? {
            let entry = entry.map_err(unreadable)?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if name.starts_with('.') {
                continue;
            }
            let path = format!("{below}{name}");
            let is_folder = entry.path().is_dir();
            if is_folder && path == "sectors" {
                paths.extend(self.paths("sectors/")?);
            } else {
                paths.push(path);
            }
        }
        paths.sort();
        Ok(paths)
    }

    fn name_of(&self, below: &str) -> String {
        self.folder.join(below).display().to_string()
    }
}

impl ContentFiles for AssetFolder {
    fn read(&self, path: &str) -> Result<Option<String>, ContentError> {
        match fs::read_to_string(self.folder.join(path)) {
            Ok(text) => Ok(Some(text)),
            Err(missing) if missing.kind() == io::ErrorKind::NotFound => BuiltIn.read(path),
            Err(source) => Err(error(path, source.to_string())),
        }
    }

    fn sectors(&self) -> Result<Vec<String>, ContentError> {
        let mut sectors = BuiltIn.sectors()?;
        for path in self.paths("")? {
            let Some(id) = sector_of(&path) else { continue };
            if !is_id(id) {
                let reason =
                    "its name must be 1 to 32 characters of a-z, 0-9 and -, and end with .toml";
                return Err(error(&path, reason));
            }
            if !sectors.iter().any(|known| known == id) {
                sectors.push(id.to_owned());
            }
        }
        Ok(sectors)
    }
}

fn error(path: &str, reason: impl Into<String>) -> ContentError {
    ContentError { file: path.to_owned(), key: "(file)".to_owned(), reason: reason.into() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::tests::Folder;

    fn write(folder: &Folder, path: &str, text: &str) {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().expect("below the folder")).expect("a folder");
        fs::write(path, text).expect("a file");
    }

    fn content(folder: &Folder) -> Result<Content, ContentError> {
        AssetFolder::new(folder.path()).content()
    }

    #[test]
    fn a_folder_with_nothing_in_it_changes_nothing() {
        let folder = Folder::new("assets-empty");
        write(&folder, ".DS_Store", "left by a file manager");
        assert_eq!(content(&folder), Content::built_in());
    }

    #[test]
    fn a_file_takes_the_place_of_ours_and_a_sector_stands_beside_ours() {
        let folder = Folder::new("assets-laid-over");
        let hulls = BuiltIn.read("hulls.toml").expect("readable").expect("there");
        write(&folder, "hulls.toml", &hulls.replace("hit_points = 100", "hit_points = 250"));
        write(&folder, "sectors/home.toml", "name = \"Home\"\nside = 2000.0\n");
        let changed = content(&folder).expect("sound");
        let own = Content::built_in().expect("sound");
        assert_eq!(changed.hulls[0].hit_points, 250);
        assert_eq!(changed.weapons, own.weapons);
        assert_eq!(changed.sectors.len(), own.sectors.len() + 1);
        assert_eq!(changed.sector("home").map(|sector| sector.name.as_str()), Some("Home"));
    }

    #[test]
    fn every_mistake_is_named_with_file_key_and_reason() {
        for (path, text, parts) in [
            ("hull.toml", "", ["hull.toml", "(file)", "hulls.toml"]),
            ("shaders/ship.frag", "", ["shaders", "(file)", "sectors/*.toml"]),
            ("sectors/Home Port.toml", "", ["sectors/Home Port.toml", "(file)", "a-z"]),
            (
                "sectors/home.toml",
                "name = \"Home\"",
                ["sectors/home.toml", "home.size.side", "500"],
            ),
            ("modes.toml", "[[mode]]\nid = 1", ["modes.toml", "line 2", "invalid type"]),
            ("ores.toml", "\u{0}", ["ores.toml", "line 1", ""]),
        ] {
            let folder = Folder::new("assets-mistakes");
            write(&folder, path, text);
            let error = content(&folder).expect_err(path).to_string();
            for part in parts {
                assert!(error.contains(part), "{part:?} is missing in: {error}");
            }
        }
    }

    #[test]
    fn what_cannot_be_read_is_a_mistake_and_not_left_out() {
        let folder = Folder::new("assets-unreadable");
        fs::create_dir(folder.path().join("hulls.toml")).expect("a folder");
        assert!(content(&folder).is_err(), "a folder in place of a file");
        let folder = Folder::new("assets-latin-1");
        fs::write(folder.path().join("modes.toml"), [0xe9]).expect("a file");
        let error = content(&folder).expect_err("no UTF-8").to_string();
        assert!(error.contains("modes.toml"), "{error}");
        let missing = AssetFolder::new(&folder.path().join("nowhere")).content();
        assert!(missing.expect_err("no folder").to_string().contains("nowhere"));
    }
}
