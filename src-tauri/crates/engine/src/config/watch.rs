//! Tells that a configuration file was written anew, the moment it was.

#[cfg(target_os = "linux")]
pub(crate) use told::Watch;
#[cfg(not(target_os = "linux"))]
pub(crate) use untold::Watch;

/// By inotify(7). What it can't see (a folder that comes later, a file system of another machine's) takes a look.
#[cfg(target_os = "linux")]
mod told {
    use std::path::{Path, PathBuf};

    use futures::{FutureExt as _, StreamExt as _};
    use inotify::{EventStream, Inotify, WatchMask, Watches};

    /// Room for a few events with names; more come by the next read.
    type Buffer = [u8; 1024];

    /// A watch on the folder of a file, and on that of what it is a link to.
    pub(crate) struct Watch {
        path: PathBuf,
        told: Option<(Watches, EventStream<Buffer>)>,
    }

    impl Watch {
        /// Of a file that needn't be there. Where the system keeps no watch, nothing is told.
        pub(crate) fn of(path: &Path) -> Self {
            let begun = Inotify::init().and_then(|inotify| {
                let watches = inotify.watches();
                Ok((watches, inotify.into_event_stream([0; 1024])?))
            });
            let told = begun
                .inspect_err(|error| tracing::debug!(%error, "changes of the configuration are looked for"))
                .ok();
            let mut watch = Self {
                path: path.to_owned(),
                told,
            };
            watch.renew();
            watch
        }

        /// Watches where the file is by now.
        pub(crate) fn renew(&mut self) {
            let Some((watches, _)) = &mut self.told else { return };
            // A file that is taken away is hardly all that happens to it: that is found by looks.
            let finished = WatchMask::CLOSE_WRITE | WatchMask::MOVED_TO;
            let link = self.path.canonicalize().ok();
            for folder in [Some(self.path.as_path()), link.as_deref()].into_iter().flatten() {
                if let Some(folder) = folder.parent() {
                    // To one that is watched it adds nothing.
                    watches.add(folder, finished).ok();
                }
            }
        }

        /// Returns when something beside the file or the file itself was written. Safe to be cancelled.
        pub(crate) async fn made(&mut self) {
            let Some((_, events)) = &mut self.told else {
                return std::future::pending().await;
            };
            match events.next().await {
                Some(Ok(_)) => while let Some(Some(Ok(_))) = events.next().now_or_never() {},
                Some(Err(error)) => {
                    tracing::debug!(%error, "changes of the configuration are looked for from here on");
                    self.told = None;
                }
                None => self.told = None,
            }
        }
    }
}

/// Looks alone find it.
#[cfg(not(target_os = "linux"))]
mod untold {
    use std::path::Path;

    pub(crate) struct Watch;

    impl Watch {
        pub(crate) const fn of(_: &Path) -> Self {
            Self
        }

        pub(crate) const fn renew(&mut self) {}

        pub(crate) async fn made(&mut self) {
            std::future::pending().await
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::fs;

    use super::*;

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn it_tells_of_a_file_that_is_written_or_put_in_place_also_through_a_link() {
        let place = tempfile::tempdir().unwrap();
        let (folder, other) = (place.path().join("folder"), place.path().join("other"));
        let path = folder.join("config.toml");
        let mut watch = Watch::of(&path);
        fs::create_dir_all(&folder).unwrap();
        fs::create_dir_all(&other).unwrap();
        watch.renew();

        fs::write(&path, "a").unwrap();
        watch.made().await;
        fs::write(folder.join("new"), "b").unwrap();
        watch.made().await;
        fs::rename(folder.join("new"), &path).unwrap();
        watch.made().await;

        fs::remove_file(&path).unwrap();
        fs::write(other.join("mine.toml"), "c").unwrap();
        std::os::unix::fs::symlink(other.join("mine.toml"), &path).unwrap();
        watch.renew();
        fs::write(other.join("mine.toml"), "d").unwrap();
        watch.made().await;
    }
}
