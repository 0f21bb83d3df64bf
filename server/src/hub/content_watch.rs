//! A host's content files, followed while the server runs: what is changed there is played by some seconds later.
//!
//! ```text
//! folder --every second: names, sizes, times--> changed, and the same for a second --> loaded, checked
//!     --> all rooms can go on under it --> Contents::publish, RoomHandle::set_rules --> an epoch in each room
//!     \-> a mistake --> log, /healthz; the epoch before goes on
//! ```
//!
//! By polling, because that works on every system and every file system, also over a network.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use driftfield_shared::content::Content;
use driftfield_shared::sim::{NamedContent, Rules, RulesError};
use tracing::{info, warn};

use super::{Contents, Directory};
use crate::config::{AssetFolder, Signature};

/// Time between two looks at the folder.
const LOOK_INTERVAL: Duration = Duration::from_secs(1);

/// What is known of the folder.
#[derive(Debug)]
pub struct ContentWatch {
    folder: AssetFolder,
    /// The files that were loaded last, whatever came of it.
    loaded: Option<Signature>,
    /// The files at the last look.
    seen: Option<Signature>,
}

impl ContentWatch {
    /// Watches a folder from now on. What is there now is taken to be loaded after this.
    pub fn new(folder: &Path) -> Self {
        let folder = AssetFolder::new(folder);
        let loaded = folder.signature();
        ContentWatch { folder, seen: loaded.clone(), loaded }
    }

    /// Loads the files if they have changed, and nobody is still writing them.
    fn look(&mut self) -> Option<Result<Content, RulesError>> {
        let now = self.folder.signature();
        let is_stable = self.seen == now;
        self.seen = now;
        if !is_stable || self.seen == self.loaded {
            return None;
        }
        self.loaded = self.seen.clone();
        Some(self.folder.content().map_err(RulesError::from))
    }

    /// Follows the folder for ever.
    pub async fn follow(mut self, contents: Contents, rooms: Directory) {
        loop {
            tokio::time::sleep(LOOK_INTERVAL).await;
            self.step(&contents, &rooms);
        }
    }

    /// One look, and what follows from it.
    fn step(&mut self, contents: &Contents, rooms: &Directory) {
        let Some(loaded) = self.look() else { return };
        match loaded.and_then(|content| begin(Arc::new(content).into(), contents, rooms)) {
            Ok(()) => contents.set_problem(None),
            Err(error) => {
                warn!(%error, "the changed content cannot be used; the one before goes on");
                contents.set_problem(Some(error.to_string()));
            }
        }
    }
}

/// Lets all rooms go on under this content, or none.
fn begin(content: NamedContent, contents: &Contents, rooms: &Directory) -> Result<(), RulesError> {
    if content == contents.current().named {
        return Ok(());
    }
    let rooms = rooms.all();
    let rules = rooms.iter().map(|room| room.rules_under(&content));
    let rules = rules.collect::<Result<Vec<Rules>, RulesError>>()?;
    info!(content = %content.hash(), "the content has changed");
    // First, so that it is there when clients ask for it.
    contents.publish(content);
    for (room, rules) in rooms.iter().zip(rules) {
        if !room.set_rules(rules) {
            warn!(
                room = room.id(),
                "the room takes no message; it goes on under the content before"
            );
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::tests::Folder;

    #[test]
    fn files_are_loaded_once_when_they_have_changed_and_are_at_rest() {
        let folder = Folder::new("content-watch");
        let mut watch = ContentWatch::new(folder.path());
        assert!(watch.look().is_none() && watch.look().is_none());
        let write = |text: &str| std::fs::write(folder.path().join("ores.toml"), text);
        write("[[ore]]\n").expect("a file");
        assert!(watch.look().is_none(), "somebody may still be writing");
        write("[[ore]]\nid = \"x\"\n").expect("a file");
        assert!(watch.look().is_none(), "somebody was");
        let error = watch.look().expect("it is at rest").expect_err("it lacks a name").to_string();
        assert!(error.starts_with("ores.toml: "), "{error}");
        assert!(watch.look().is_none(), "a mistake is told once");
        std::fs::remove_file(folder.path().join("ores.toml")).expect("it was there");
        watch.look();
        assert_eq!(watch.look(), Some(Ok(Content::built_in().expect("sound"))));
    }
}
