//! A profile: one configuration, one store, one engine.
//!
//! The usual profile lives in the XDG folders. Each other configuration file (`--config`) is a profile of its own with
//! its own store, lock and control socket, so that two can run side by side.

use std::fs::{self, DirBuilder, File, OpenOptions, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use data_encoding::HEXLOWER;
use etcetera::BaseStrategy;
use etcetera::base_strategy::Xdg;
use mailwren_core::said::Said;
use rustix::fs::{FlockOperation, flock};
use rustix::io::Errno;
use rustix::process::geteuid;
use sha2::{Digest, Sha256};
use tempfile::TempDir;

/// Where everything of one profile is.
#[derive(Debug, Clone)]
pub struct Profile {
    config_file: PathBuf,
    data_dir: PathBuf,
    socket: PathBuf,
    /// A profile to be thrown away goes with its last handle.
    _temporary: Option<Arc<TempDir>>,
}

/// Why a profile can't be used.
#[derive(Debug, thiserror::Error)]
#[error("{}", self.said())]
pub enum ProfileError {
    /// There is no home folder to look under.
    Homeless,
    /// A folder or the lock can't be made.
    Io {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The folder for the control socket is somebody else's.
    Foreign(PathBuf),
}

impl ProfileError {
    /// For people.
    pub fn said(&self) -> Said {
        match self {
            Self::Homeless => Said::word("profile-homeless"),
            Self::Io { path, source } => Said::at(path, Said::text(source)),
            Self::Foreign(path) => Said::word("profile-foreign").with("path", path.display()),
        }
    }
}

/// The right to run the profile's engine; ends when dropped, or with the process however it ends.
#[derive(Debug)]
pub struct ProfileLock {
    _file: File,
}

impl Profile {
    /// The profile of a configuration file; the usual one for `None`. Makes its folders, not the file.
    pub fn open(config: Option<PathBuf>) -> Result<Self, ProfileError> {
        let xdg = Xdg::new().map_err(|_| ProfileError::Homeless)?;
        Self::under(&xdg.config_dir(), &xdg.data_dir(), xdg.runtime_dir().as_deref(), config)
    }

    fn under(
        config_home: &Path,
        data_home: &Path,
        runtime: Option<&Path>,
        config: Option<PathBuf>,
    ) -> Result<Self, ProfileError> {
        let usual = config_home.join("mailwren/config.toml");
        let data = data_home.join("mailwren");
        let config_file = match config {
            Some(path) => settled(&path)?,
            None => usual.clone(),
        };
        // The usual file named in words is still the usual profile.
        let (name, data_dir) = if config_file == usual || config_file == settled(&usual)? {
            ("default".to_owned(), data)
        } else {
            let name = short_hash(&config_file);
            let dir = data.join("profiles").join(&name);
            (name, dir)
        };
        private_dir(&data_dir)?;
        let socket_dir = match runtime {
            Some(runtime) => runtime.join("mailwren"),
            None => data_dir.clone(),
        };
        private_dir(&socket_dir)?;
        Ok(Self {
            config_file,
            data_dir,
            socket: socket_dir.join(format!("{name}.sock")),
            _temporary: None,
        })
    }

    /// A profile that leaves nothing behind: for the demo. Its folder goes with the last clone.
    pub fn temporary() -> Result<Self, ProfileError> {
        let failed = |source| ProfileError::Io {
            path: std::env::temp_dir(),
            source,
        };
        let dir = tempfile::Builder::new()
            .prefix("mailwren-")
            .permissions(Permissions::from_mode(0o700))
            .tempdir()
            .map_err(failed)?;
        let data_dir = dir.path().join("data");
        private_dir(&data_dir)?;
        Ok(Self {
            config_file: dir.path().join("config.toml"),
            data_dir,
            socket: dir.path().join("control.sock"),
            _temporary: Some(Arc::new(dir)),
        })
    }

    /// The configuration; needn't be there.
    pub fn config_file(&self) -> &Path {
        &self.config_file
    }

    /// Where store, lock and logs are; only its owner can look in.
    pub fn data_dir(&self) -> &Path {
        &self.data_dir
    }

    /// Where logs are.
    pub fn log_dir(&self) -> PathBuf {
        self.data_dir.join("logs")
    }

    /// The control socket; only its owner can reach it.
    pub fn socket(&self) -> &Path {
        &self.socket
    }

    /// Takes the right to run the engine; `None` while another process, or another part of this one, has it.
    pub fn lock(&self) -> Result<Option<ProfileLock>, ProfileError> {
        let path = self.data_dir.join("engine.lock");
        let failed = |source| ProfileError::Io {
            path: path.clone(),
            source,
        };
        let file = try_lock(&path).map_err(failed)?;
        Ok(file.map(|file| ProfileLock { _file: file }))
    }
}

/// Locks a file until it is closed, however the process ends; `None` while somebody else has it.
pub(crate) fn try_lock(path: &Path) -> io::Result<Option<File>> {
    let file = OpenOptions::new().create(true).append(true).mode(0o600).open(path)?;
    match flock(&file, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(Some(file)),
        Err(Errno::WOULDBLOCK) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// A path that names a file in one way only, whether the file is there or not.
fn settled(path: &Path) -> Result<PathBuf, ProfileError> {
    if let Ok(path) = fs::canonicalize(path) {
        return Ok(path);
    }
    let path = std::path::absolute(path).map_err(|source| ProfileError::Io {
        path: path.to_owned(),
        source,
    })?;
    Ok(match (path.parent().map(fs::canonicalize), path.file_name()) {
        (Some(Ok(folder)), Some(name)) => folder.join(name),
        _ => path,
    })
}

/// Twelve hex digits that stand for a path.
fn short_hash(path: &Path) -> String {
    let mut hash = HEXLOWER.encode(&Sha256::digest(path.as_os_str().as_encoded_bytes()));
    hash.truncate(12);
    hash
}

pub(crate) fn private_dir(dir: &Path) -> Result<(), ProfileError> {
    let failed = |source| ProfileError::Io {
        path: dir.to_owned(),
        source,
    };
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(dir)
        .map_err(failed)?;
    let metadata = fs::metadata(dir).map_err(failed)?;
    if metadata.uid() != geteuid().as_raw() {
        return Err(ProfileError::Foreign(dir.to_owned()));
    }
    if metadata.mode() & 0o077 != 0 {
        fs::set_permissions(dir, Permissions::from_mode(0o700)).map_err(failed)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]

    use super::*;

    fn under(home: &Path, config: Option<PathBuf>) -> Profile {
        Profile::under(
            &home.join("config"),
            &home.join("data"),
            Some(&home.join("run")),
            config,
        )
        .unwrap()
    }

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().mode() & 0o777
    }

    #[test]
    fn the_usual_profile_is_in_the_xdg_folders_and_closed_to_others() {
        let home = tempfile::tempdir().unwrap();
        let profile = under(home.path(), None);
        assert_eq!(profile.config_file(), home.path().join("config/mailwren/config.toml"));
        assert_eq!(profile.data_dir(), home.path().join("data/mailwren"));
        assert_eq!(profile.socket(), home.path().join("run/mailwren/default.sock"));
        assert_eq!(
            (mode(profile.data_dir()), mode(profile.socket().parent().unwrap())),
            (0o700, 0o700)
        );
        assert!(!profile.config_file().exists());
    }

    #[test]
    fn without_a_runtime_folder_the_socket_is_with_the_data() {
        let home = tempfile::tempdir().unwrap();
        let profile = Profile::under(&home.path().join("config"), &home.path().join("data"), None, None).unwrap();
        assert_eq!(profile.socket(), home.path().join("data/mailwren/default.sock"));
    }

    #[test]
    fn another_file_is_another_profile_by_whichever_path_it_is_named() {
        let home = tempfile::tempdir().unwrap();
        let file = home.path().join("work.toml");
        let before = under(home.path(), Some(file.clone()));
        fs::write(&file, "").unwrap();
        std::os::unix::fs::symlink(&file, home.path().join("link.toml")).unwrap();
        let after = under(home.path(), Some(home.path().join("link.toml")));
        let usual = under(home.path(), None);
        assert_eq!(before.data_dir(), after.data_dir());
        assert_eq!(before.socket(), after.socket());
        assert_ne!(before.data_dir(), usual.data_dir());
        assert_ne!(before.socket(), usual.socket());
        let (first, second) = (before.lock().unwrap(), usual.lock().unwrap());
        assert!(first.is_some() && second.is_some());
        let named = under(home.path(), Some(usual.config_file().to_owned()));
        assert_eq!(named.data_dir(), usual.data_dir(), "the usual file, named in words");
    }

    #[test]
    fn only_one_engine_runs_a_profile_at_a_time() {
        let profile = Profile::temporary().unwrap();
        let lock = profile.lock().unwrap();
        assert!(lock.is_some());
        assert!(profile.lock().unwrap().is_none());
        drop(lock);
        assert!(profile.lock().unwrap().is_some());
        assert_eq!(mode(&profile.data_dir().join("engine.lock")), 0o600);
    }

    #[test]
    fn a_temporary_profile_leaves_nothing_behind() {
        let profile = Profile::temporary().unwrap();
        let folder = profile.config_file().parent().expect("a folder").to_owned();
        let clone = profile.clone();
        assert_eq!(mode(&folder), 0o700);
        drop(profile);
        assert!(folder.exists(), "as long as anybody uses it");
        drop(clone);
        assert!(!folder.exists());
    }
}
