//! Where a cloud keeps what it knows: in memory, or in a directory that outlives it.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use embedded::{Embedded, EmbeddedError, Position};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::{StartError, random, time::clock::TestClock};

/// Where the data lives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Data {
    /// Gone when the cloud stops: the files are in a temporary folder.
    Memory,
    /// The table, the secrets, the objects and the clock are kept here. Messages in queues and the providers' side of
    /// payments are not: drain before you stop.
    Directory(PathBuf),
}

/// The files of one cloud.
#[derive(Debug)]
pub(crate) struct Files {
    /// `None` when nothing is kept.
    directory: Option<PathBuf>,
    /// Where the files are while the cloud runs.
    folder: PathBuf,
    objects: PathBuf,
    positions: Mutex<BTreeMap<String, Position>>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ClockFile {
    ahead_seconds: i64,
}

impl Files {
    /// Makes the directories.
    pub(crate) fn open(data: &Data) -> Result<Self, StartError> {
        let (directory, folder) = match data {
            Data::Memory => (None, std::env::temp_dir().join(format!("ruko-{}", random::uuid()))),
            Data::Directory(directory) => (Some(directory.clone()), directory.clone()),
        };
        let objects = folder.join("objects");
        std::fs::create_dir_all(&objects)?;
        let positions =
            directory.as_deref().and_then(|directory| read(&directory.join("stream.json"))).unwrap_or_default();
        Ok(Self { directory, folder, objects, positions: Mutex::new(positions) })
    }

    /// The folder of the object store.
    pub(crate) fn objects(&self) -> &Path {
        &self.objects
    }

    /// The table's store.
    pub(crate) fn open_store(&self) -> Result<Embedded, EmbeddedError> {
        let file = self.folder.join("table.sqlite");
        if self.directory.is_some() { Embedded::in_file(&file) } else { Embedded::in_temporary_file(&file) }
    }

    /// The file of the secrets, if they are kept.
    pub(crate) fn secrets(&self) -> Option<PathBuf> {
        self.directory.as_ref().map(|directory| directory.join("secrets.json"))
    }

    /// The file of the key service's key, if it is kept.
    pub(crate) fn kms_key(&self) -> Option<PathBuf> {
        self.directory.as_ref().map(|directory| directory.join("kms.key"))
    }

    /// Where the clock stood ahead of real time when the directory was last used.
    pub(crate) fn remembered_clock(&self, real: Timestamp) -> Option<Timestamp> {
        let file: ClockFile = read(&self.directory.as_ref()?.join("clock.json"))?;
        real.checked_add(SignedDuration::from_secs(file.ahead_seconds)).ok()
    }

    pub(crate) fn remember_clock(&self, clock: &TestClock) {
        let real = TestClock::new(None).now();
        self.write("clock.json", &ClockFile { ahead_seconds: clock.now().duration_since(real).as_secs() });
    }

    /// Where `function` had read the stream to.
    pub(crate) fn remembered_position(&self, stream: &str, function: &str) -> Option<Position> {
        let positions = self.positions.lock().unwrap_or_else(PoisonError::into_inner);
        positions.get(&format!("{stream} {function}")).copied()
    }

    pub(crate) fn remember_position(&self, stream: &str, function: &str, position: Position) {
        if self.directory.is_none() {
            return;
        }
        let mut positions = self.positions.lock().unwrap_or_else(PoisonError::into_inner);
        positions.insert(format!("{stream} {function}"), position);
        self.write("stream.json", &*positions);
    }

    /// Removes every object and everything remembered.
    pub(crate) fn clear(&self) -> Result<(), StartError> {
        self.positions.lock().unwrap_or_else(PoisonError::into_inner).clear();
        for entry in std::fs::read_dir(&self.objects)? {
            let path = entry?.path();
            if path.is_dir() { std::fs::remove_dir_all(path)? } else { std::fs::remove_file(path)? }
        }
        for name in ["stream.json", "clock.json"] {
            if let Some(directory) = &self.directory {
                // It may never have been written.
                let _ = std::fs::remove_file(directory.join(name));
            }
        }
        Ok(())
    }

    fn write(&self, name: &str, value: &impl Serialize) {
        let Some(directory) = &self.directory else { return };
        let written = serde_json::to_vec(value)
            .map_err(std::io::Error::other)
            .and_then(|text| std::fs::write(directory.join(name), text));
        if let Err(error) = written {
            tracing::warn!(name, %error, "a file of the data directory could not be written");
        }
    }
}

impl Drop for Files {
    fn drop(&mut self) {
        if self.directory.is_none() {
            // A leftover in the temporary directory harms nobody.
            let _ = std::fs::remove_dir_all(&self.folder);
        }
    }
}

fn read<T: DeserializeOwned>(file: &Path) -> Option<T> {
    serde_json::from_str(&std::fs::read_to_string(file).ok()?).ok()
}
