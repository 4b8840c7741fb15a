//! The pack that is in use, and how it is replaced while requests are served: whole and checked, or not at all.

use std::fs;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::UNIX_EPOCH;

use jiff::Timestamp;

use crate::check;
use crate::diagnostic::Diagnostics;
use crate::pack::{self, Pack};

/// A pack in use, and the folder that it came from.
#[derive(Debug)]
pub struct Shelf {
    /// The folder that is watched; none where the pack came with the binary.
    root: Option<PathBuf>,
    seen: Mutex<Seen>,
    state: RwLock<State>,
}

/// What is in use at one moment.
#[derive(Debug, Clone)]
pub struct State {
    /// The pack in use.
    pub pack: Arc<Pack>,
    /// Since when it has been in use.
    pub since: Timestamp,
    /// What is wrong with the files as they are now, where they are not those of the pack in use.
    pub refused: Option<Arc<Refused>>,
}

/// A newer state of the files that was not taken into use.
#[derive(Debug)]
pub struct Refused {
    /// When it was looked at.
    pub at: Timestamp,
    /// Everything that is wrong with it.
    pub mistakes: Diagnostics,
}

/// What looking at the files again came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// They are as they were, or are still being written.
    None,
    /// The new pack is in use.
    Taken,
    /// The new files are wrong: the old pack stays.
    Refused(String),
}

/// What was seen of the files, so that only what has come to rest is loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Seen {
    /// The state that was last decided on.
    decided: Option<u64>,
    /// The state at the last look.
    last: u64,
}

impl Shelf {
    /// Loads the pack below `root`, or without one that in the binary, and puts it into use.
    ///
    /// # Errors
    /// Every mistake in every file of the pack.
    pub fn open(root: Option<PathBuf>) -> Result<Self, Diagnostics> {
        // Before anything is read: what changes from here on is seen.
        let last = root.as_deref().map_or(0, fingerprint);
        let pack = root.as_deref().map_or_else(Pack::shipped, Pack::load)?;
        Ok(Self { root, seen: Mutex::new(Seen { decided: Some(last), last }), ..Self::of(pack) })
    }

    /// Puts a pack into use that nobody watches.
    #[must_use]
    pub fn of(pack: Pack) -> Self {
        let state = State { pack: Arc::new(pack), since: Timestamp::now(), refused: None };
        Self { root: None, seen: Mutex::new(Seen { decided: None, last: 0 }), state: RwLock::new(state) }
    }

    /// The pack in use: whoever takes it keeps it to the end of the request, whatever happens meanwhile.
    #[must_use]
    pub fn pack(&self) -> Arc<Pack> {
        self.state().pack
    }

    /// The folder that is watched, if any is.
    #[must_use]
    pub fn root(&self) -> Option<&Path> {
        self.root.as_deref()
    }

    /// Looks at the files again; where they have changed and come to rest, loads and checks them aside, and takes them
    /// into use if nothing is wrong.
    pub fn refresh(&self) -> Change {
        let Some(root) = self.root.as_deref() else { return Change::None };
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let now = fingerprint(root);
        let rests = now == seen.last;
        seen.last = now;
        if !rests || seen.decided == Some(now) {
            return Change::None;
        }
        // Even should it panic, the same files are not tried again.
        seen.decided = Some(now);
        let loaded = Pack::load(root).and_then(|pack| check::examples(&pack).map(|_| pack));
        // What was changed under the reader's hands is read again.
        if fingerprint(root) != now {
            seen.decided = None;
            return Change::None;
        }
        let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
        match loaded {
            Ok(pack) => {
                *state = State { pack: Arc::new(pack), since: Timestamp::now(), refused: None };
                Change::Taken
            }
            Err(mistakes) => {
                let told = mistakes.to_string();
                state.refused = Some(Arc::new(Refused { at: Timestamp::now(), mistakes }));
                Change::Refused(told)
            }
        }
    }

    /// The pack in use, with all that is to be told of it.
    #[must_use]
    pub fn state(&self) -> State {
        self.state.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Changes whenever a file of the pack below `root` does, also where a link is turned to another folder.
fn fingerprint(root: &Path) -> u64 {
    let mut hasher = DefaultHasher::new();
    // A folder that cannot be read is told by whoever loads it.
    let mut files = pack::files(root, &mut Diagnostics::default());
    files.sort();
    for (file, path) in files {
        let Ok(metadata) = fs::metadata(&file) else { continue };
        path.hash(&mut hasher);
        metadata.len().hash(&mut hasher);
        let modified = metadata.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
        modified.map(|time| time.as_nanos()).hash(&mut hasher);
        #[cfg(unix)]
        std::os::unix::fs::MetadataExt::ino(&metadata).hash(&mut hasher);
    }
    hasher.finish()
}
