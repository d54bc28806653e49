//! Logs, to stderr and to a file of bounded size.
//!
//! At the levels that are on by default they hold neither secrets nor mail. Libraries that print stanzas, SASL or D-Bus
//! messages at their finer levels are capped at warnings, whatever `MAILWREN_LOG` asks for.

use std::ffi::OsString;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use tracing::level_filters::LevelFilter;
use tracing::{Level, Metadata, Subscriber};
use tracing_subscriber::filter::{EnvFilter, ParseError, filter_fn};
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::{Layer, SubscriberExt};
use tracing_subscriber::registry::Registry;
use tracing_subscriber::util::{SubscriberInitExt, TryInitError};

/// The environment variable that says what is logged to stderr, as `tracing` writes it: `debug`, `mailwren=trace,warn`.
pub const VARIABLE: &str = "MAILWREN_LOG";

/// What isn't heard below a warning: their finer records hold whole messages, and passwords among them.
const CAPPED: &[&str] = &[
    "tokio_xmpp",
    "xmpp_parsers",
    "minidom",
    "rxml",
    "xso",
    "sasl",
    "zbus",
    "secret_service",
];

/// Isn't heard at all: it calls an error what is told as an account's trouble, in better words.
const MUTED: &str = "rustls_platform_verifier";

/// The log file in its folder.
const NAME: &str = "mailwren.log";

/// A log file that reaches this many bytes becomes the old one, and the old one before it goes.
const LARGEST: u64 = 1024 * 1024;

/// Of the log's end, no more is read than so many bytes, and so many lines.
const END: u64 = 64 * 1024;
const END_LINES: usize = 200;

/// Why logging can't be set up.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// The variable can't be understood.
    #[error("{VARIABLE}: {0}")]
    Filter(#[from] ParseError),
    /// The log file can't be written.
    #[error("{}: {source}", path.display())]
    Io {
        /// Its folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Logging was set up before.
    #[error(transparent)]
    Already(#[from] TryInitError),
}

/// Sets logging up for the process: on stderr warnings, with `verbosity` 1 infos, 2 and 3 more, unless the environment
/// says otherwise; in `folder` infos. Records of the `log` crate come the same way.
///
/// # Errors
/// Among others if it was done before.
pub fn init(verbosity: u8, folder: Option<&Path>) -> Result<(), LogError> {
    let asked = std::env::var(VARIABLE).ok();
    let file = folder.map(|folder| {
        LogFile::open(folder, LARGEST).map_err(|source| LogError::Io {
            path: folder.to_owned(),
            source,
        })
    });
    subscriber(filter(verbosity, asked.as_deref())?, io::stderr, file.transpose()?).try_init()?;
    Ok(())
}

fn filter(verbosity: u8, asked: Option<&str>) -> Result<EnvFilter, ParseError> {
    let usual = match verbosity {
        0 => "warn",
        1 => "warn,mailwren=info",
        2 => "info,mailwren=debug",
        _ => "debug,mailwren=trace",
    };
    EnvFilter::builder().parse(asked.filter(|asked| !asked.is_empty()).unwrap_or(usual))
}

fn subscriber<W>(filter: EnvFilter, stderr: W, file: Option<LogFile>) -> impl Subscriber + Send + Sync
where
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    let to_stderr = tracing_subscriber::fmt::layer().with_writer(stderr).with_filter(filter);
    let to_file = file.map(|file| {
        tracing_subscriber::fmt::layer()
            .with_ansi(false)
            .with_writer(Mutex::new(file))
            .with_filter(LevelFilter::INFO)
    });
    Registry::default().with(to_stderr).with(to_file).with(filter_fn(fine))
}

fn fine(record: &Metadata<'_>) -> bool {
    let from = record.target().split("::").next().unwrap_or_default();
    from != MUTED && (*record.level() <= Level::WARN || !CAPPED.contains(&from))
}

/// The last lines of the log in a folder, across its two files; none if there is none.
pub fn end(folder: &Path) -> io::Result<String> {
    let path = folder.join(NAME);
    let mut end = last_lines(&path, END)?;
    let left = END.saturating_sub(u64::try_from(end.len()).unwrap_or(END));
    // It may have been begun a moment ago.
    let mut both = last_lines(&before(&path), left)?;
    both.append(&mut end);
    let both = String::from_utf8_lossy(&both);
    let lines: Vec<&str> = both.lines().collect();
    let shown = lines.get(lines.len().saturating_sub(END_LINES)..).unwrap_or_default();
    Ok(shown.iter().flat_map(|line| [line, "\n"]).collect())
}

/// The last whole lines of a file, of which no more than `most` bytes are read.
fn last_lines(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    let mut file = match File::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        file => file?,
    };
    let skipped = file.metadata()?.len().saturating_sub(most);
    file.seek(SeekFrom::Start(skipped))?;
    let mut end = Vec::new();
    file.take(most).read_to_end(&mut end)?;
    if skipped > 0 {
        // Half a line may begin in the middle of an address.
        let whole = end
            .iter()
            .position(|byte| *byte == b'\n')
            .map_or(end.len(), |at| at.saturating_add(1));
        end.drain(..whole);
    }
    Ok(end)
}

/// The file that a log file becomes once it is full.
fn before(path: &Path) -> PathBuf {
    let mut old = OsString::from(path);
    old.push(".1");
    PathBuf::from(old)
}

/// `mailwren.log`, and `mailwren.log.1` before it; both only for their owner.
struct LogFile {
    path: PathBuf,
    file: File,
    size: u64,
    largest: u64,
}

impl LogFile {
    fn open(folder: &Path, largest: u64) -> io::Result<Self> {
        DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        let path = folder.join(NAME);
        let file = append_to(&path)?;
        let size = file.metadata()?.len();
        Ok(Self {
            path,
            file,
            size,
            largest,
        })
    }
}

fn append_to(path: &Path) -> io::Result<File> {
    OpenOptions::new().create(true).append(true).mode(0o600).open(path)
}

impl Write for LogFile {
    fn write(&mut self, record: &[u8]) -> io::Result<usize> {
        if self.size >= self.largest {
            fs::rename(&self.path, before(&self.path))?;
            self.file = append_to(&self.path)?;
            self.size = 0;
        }
        let written = self.file.write(record)?;
        self.size = self.size.saturating_add(u64::try_from(written).unwrap_or(u64::MAX));
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::os::unix::fs::PermissionsExt;
    use std::sync::Arc;

    use super::*;

    #[derive(Clone, Default)]
    struct Page(Arc<Mutex<Vec<u8>>>);

    impl Write for Page {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn written(verbosity: u8, asked: Option<&str>, log: impl FnOnce()) -> String {
        let page = Page::default();
        let writer = page.clone();
        let subscriber = subscriber(filter(verbosity, asked).unwrap(), move || writer.clone(), None);
        tracing::subscriber::with_default(subscriber, log);
        let bytes = page.0.lock().unwrap().clone();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn verbosity_and_the_environment_say_how_much_is_logged() {
        let log = || {
            tracing::info!(target: "mailwren_engine::session", "one");
            tracing::debug!(target: "mailwren_engine::session", "two");
            tracing::warn!(target: "elsewhere", "three");
        };
        let lines = |verbosity, asked| written(verbosity, asked, log).lines().count();
        assert_eq!((lines(0, None), lines(1, None), lines(2, None)), (1, 2, 3));
        assert_eq!(
            (lines(2, Some("error")), lines(0, Some("debug")), lines(2, Some(""))),
            (0, 3, 3)
        );
        assert!(filter(0, Some("mailwren=louder")).is_err());
    }

    #[test]
    fn stanzas_and_sasl_of_the_libraries_are_never_logged() {
        let log = || {
            tracing::trace!(target: "tokio_xmpp::xmlstream", "<auth>s3cret</auth>");
            tracing::debug!(target: "zbus::connection", "s3cret");
            tracing::warn!(target: "tokio_xmpp::client", "stream ended");
        };
        let page = written(3, Some("trace"), log);
        assert!(!page.contains("s3cret") && page.contains("stream ended"));
    }

    #[test]
    fn records_of_the_log_crate_come_the_same_way_and_are_capped_alike() {
        let dir = tempfile::tempdir().unwrap();
        init(3, Some(dir.path())).unwrap();
        log::info!(target: "tokio_xmpp::stanzastream", "<auth>s3cret</auth>");
        log::warn!(target: "tokio_xmpp::stanzastream", "stream ended");
        log::info!(target: "mailwren_engine", "hello");
        let page = fs::read_to_string(dir.path().join("mailwren.log")).unwrap();
        assert!(page.contains("stream ended") && page.contains("hello") && !page.contains("s3cret"));
        assert!(matches!(init(0, None), Err(LogError::Already(_))));
    }

    #[test]
    fn the_end_of_the_log_is_its_last_whole_lines_across_both_files() {
        let dir = tempfile::tempdir().unwrap();
        let (log, old) = (dir.path().join("mailwren.log"), dir.path().join("mailwren.log.1"));
        assert_eq!(end(&dir.path().join("nowhere")).unwrap(), "");
        assert_eq!(end(dir.path()).unwrap(), "");
        fs::write(&log, "a\n\u{fc}b\nlast").unwrap();
        assert_eq!(end(dir.path()).unwrap(), "a\n\u{fc}b\nlast\n");
        fs::write(&log, b"sa\xffm\n").unwrap();
        assert_eq!(end(dir.path()).unwrap(), "sa\u{fffd}m\n");

        fs::write(&old, "old\n".repeat(150)).unwrap();
        fs::write(&log, "new\n".repeat(90)).unwrap();
        let both = end(dir.path()).unwrap();
        assert_eq!(both, "old\n".repeat(110) + &"new\n".repeat(90));
    }

    #[test]
    fn of_an_enormous_log_only_the_end_is_read_and_never_half_a_line() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("mailwren.log");
        let log = File::create(&path).unwrap();
        // A hole takes no room on the disk.
        log.set_len(1 << 40).unwrap();
        drop(log);
        append_to(&path).unwrap().write_all(b"\nlast\n").unwrap();
        assert_eq!(end(dir.path()).unwrap(), "last\n");

        fs::write(&path, format!("sam@example.org {}\nlast\n", "x".repeat(70_000))).unwrap();
        assert_eq!(end(dir.path()).unwrap(), "last\n");
        fs::write(&path, "x".repeat(70_000)).unwrap();
        assert_eq!(end(dir.path()).unwrap(), "");
        fs::remove_file(&path).unwrap();
        fs::create_dir(&path).unwrap();
        assert!(end(dir.path()).is_err());
    }

    #[test]
    fn the_log_file_stays_small_and_private() {
        let dir = tempfile::tempdir().unwrap();
        for _ in 0..2 {
            let mut log = LogFile::open(dir.path(), 100).unwrap();
            for _ in 0..50 {
                log.write_all(b"0123456789").unwrap();
            }
        }
        let files: Vec<_> = fs::read_dir(dir.path())
            .unwrap()
            .map(|file| file.unwrap().path())
            .collect();
        assert_eq!(files.len(), 2);
        for file in files {
            let metadata = fs::metadata(file).unwrap();
            assert_eq!(metadata.permissions().mode() & 0o777, 0o600);
            assert!(metadata.len() <= 110);
        }
    }
}
