//! Passwords: the desktop's keyring, and the two ways for machines without one.
//!
//! On Linux the Secret Service is asked through a connection made for each question. A connection kept for the life of
//! the process, as `keyring` keeps one, stays broken if the service wasn't there yet at the first question, which is
//! what a program that starts with the session meets.

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use mailwren_core::account::{Account, MailServer, PasswordSource};
use mailwren_core::said::Said;
use rustix::process::{Pid, Signal, geteuid, kill_process_group};
use secrecy::{ExposeSecret, SecretString};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio::process::Command;
use tokio::sync::oneshot;
use zeroize::Zeroizing;

/// What the entries in the keyring are found by, together with the account's JID.
const SERVICE: &str = "mailwren";

/// The entry that holds the password of an account's mailbox, where that is reached by IMAP. It names whom the password is for, so
/// that another server never gets it. No JID holds a blank.
pub fn mailbox_entry(account: &Account, server: &MailServer) -> String {
    let user = server.user.as_deref().unwrap_or(&account.jid);
    format!("{} (IMAP {user} at {})", account.jid, server.host)
}

/// How long a password command may take.
const COMMAND_LIMIT: Duration = Duration::from_secs(30);

/// No password is longer, in bytes.
const LONGEST: u64 = 64 * 1024;

/// A store of passwords by account. All methods block, possibly until a person has answered a prompt: ask through
/// [`ask`] from async code.
pub trait Vault: Send + Sync {
    /// The password kept for an account; `None` if there is none.
    fn get(&self, account: &str) -> Result<Option<SecretString>, VaultError>;
    /// Keeps a password.
    fn set(&self, account: &str, password: &SecretString) -> Result<(), VaultError>;
    /// Forgets a password. One that isn't there is no error.
    fn delete(&self, account: &str) -> Result<(), VaultError>;
}

/// Why the keyring can't be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.said())]
pub enum VaultError {
    /// Nothing answers as a keyring. It may come later: ask again.
    Absent(String),
    /// The keyring is locked and was not unlocked.
    Locked,
    /// Anything else.
    Failed(Said),
}

impl VaultError {
    /// For people.
    pub fn said(&self) -> Said {
        match self {
            Self::Absent(why) => Said::word("vault-absent").with("why", why),
            Self::Locked => Said::word("vault-locked"),
            Self::Failed(why) => Said::word("vault-failed").with("why", why.clone()),
        }
    }
}

/// Asks a vault on a thread of its own, however long the answer takes.
///
/// Not `spawn_blocking`: a question that waits for a person's answer to a prompt would keep the runtime from ending.
pub async fn ask<T, F>(vault: Arc<dyn Vault>, question: F) -> Result<T, VaultError>
where
    T: Send + 'static,
    F: FnOnce(&dyn Vault) -> Result<T, VaultError> + Send + 'static,
{
    let (answer, answered) = oneshot::channel();
    thread::Builder::new()
        .name("vault".to_owned())
        .spawn(move || {
            // Whoever asked may have left.
            let _ = answer.send(question(vault.as_ref()));
        })
        .map_err(|error| VaultError::Failed(Said::text(error)))?;
    answered
        .await
        .unwrap_or_else(|_| Err(VaultError::Failed(Said::word("iq-timeout"))))
}

/// The keyring of the desktop or the operating system.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemVault;

impl Vault for SystemVault {
    fn get(&self, account: &str) -> Result<Option<SecretString>, VaultError> {
        match system::entry(account)?.get_password() {
            Ok(password) => Ok(Some(password.into())),
            Err(keyring_core::Error::NoEntry) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    fn set(&self, account: &str, password: &SecretString) -> Result<(), VaultError> {
        Ok(system::entry(account)?.set_password(password.expose_secret())?)
    }

    fn delete(&self, account: &str) -> Result<(), VaultError> {
        match system::entry(account)?.delete_credential() {
            Ok(()) | Err(keyring_core::Error::NoEntry) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}

impl From<keyring_core::Error> for VaultError {
    fn from(error: keyring_core::Error) -> Self {
        use keyring_core::Error;
        // Not every variant may be printed: some hold what was found.
        match error {
            Error::NoStorageAccess(_) => Self::Locked,
            Error::NoDefaultStore => Self::Absent(error.to_string()),
            Error::BadEncoding(_) | Error::BadDataFormat(..) => Self::Failed(Said::word("vault-not-text")),
            Error::Ambiguous(entries) => Self::Failed(
                Said::word("vault-ambiguous")
                    .with("n", entries.len())
                    .with("service", SERVICE),
            ),
            other => Self::Failed(Said::text(other)),
        }
    }
}

#[cfg(target_os = "linux")]
mod system {
    use std::collections::HashMap;

    use keyring_core::Entry;
    use keyring_core::api::CredentialStoreApi;
    use zbus_secret_service_keyring_store::Store;

    use super::{SERVICE, VaultError};

    pub fn entry(account: &str) -> Result<Entry, VaultError> {
        // Connecting fails for want of a bus, or of anybody on it who answers.
        let store = Store::new().map_err(|error| VaultError::Absent(error.to_string()))?;
        let label = format!("Mailwren: {account}");
        Ok(store.build(SERVICE, account, Some(&HashMap::from([("label", label.as_str())])))?)
    }
}

#[cfg(not(target_os = "linux"))]
mod system {
    use super::{SERVICE, VaultError};

    pub fn entry(account: &str) -> Result<keyring_core::Entry, VaultError> {
        Ok(keyring::Entry::new(SERVICE, account)?.inner)
    }
}

/// Passwords in memory alone: for the demo, whose password never enters the real keyring, and for tests.
#[derive(Default)]
pub struct MemoryVault(Mutex<HashMap<String, SecretString>>);

impl Vault for MemoryVault {
    fn get(&self, account: &str) -> Result<Option<SecretString>, VaultError> {
        Ok(self
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(account)
            .cloned())
    }

    fn set(&self, account: &str, password: &SecretString) -> Result<(), VaultError> {
        let mut passwords = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        passwords.insert(account.to_owned(), password.clone());
        Ok(())
    }

    fn delete(&self, account: &str) -> Result<(), VaultError> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(account);
        Ok(())
    }
}

/// Why an account's password can't be had.
#[derive(Debug, thiserror::Error)]
#[error("{}", self.said())]
pub enum PasswordError {
    /// The keyring can't be used.
    Vault(#[from] VaultError),
    /// The keyring holds none for the account.
    Missing(String),
    /// The password file can't be read.
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The password file is somebody else's, or others can read it.
    Exposed(PathBuf),
    /// The password command can't be started.
    Start {
        /// The program.
        program: String,
        /// Why.
        source: io::Error,
    },
    /// The password command failed.
    Status {
        /// The program.
        program: String,
        /// How it ended.
        status: ExitStatus,
    },
    /// The password command took too long.
    Late(String),
    /// The first line is empty, isn't text, or doesn't end; of what it is.
    Unusable(Said),
}

impl PasswordError {
    /// For people.
    pub fn said(&self) -> Said {
        match self {
            Self::Vault(error) => error.said(),
            Self::Missing(of) => Said::word("password-missing").with("of", of),
            Self::File { path, source } => Said::word("password-file-trouble")
                .with("path", path.display())
                .with("why", source.to_string()),
            Self::Exposed(path) => Said::word("password-exposed").with("path", path.display()),
            Self::Start { program, source } => Said::word("password-command-trouble")
                .with("program", program)
                .with("why", source.to_string()),
            Self::Status { program, status } => Said::word("password-command-failed")
                .with("program", program)
                .with("status", status.to_string()),
            Self::Late(program) => Said::word("password-command-late")
                .with("program", program)
                .with("seconds", COMMAND_LIMIT.as_secs()),
            Self::Unusable(source) => Said::word("password-unusable").with("source", source.clone()),
        }
    }
}

/// An account's password, from where the account says.
pub async fn password(account: &Account, vault: Arc<dyn Vault>) -> Result<SecretString, PasswordError> {
    match &account.password {
        PasswordSource::Keyring => {
            let jid = account.jid.clone();
            let found = ask(vault, move |vault| vault.get(&jid)).await?;
            found.ok_or_else(|| PasswordError::Missing(account.jid.clone()))
        }
        elsewhere => secret(elsewhere)
            .await?
            .ok_or_else(|| PasswordError::Missing(account.jid.clone())),
    }
}

/// A secret that isn't an account's password, from a file or a command; `None` from the keyring, which holds passwords of
/// accounts alone.
///
/// # Errors
/// As [`password`].
pub async fn secret(source: &PasswordSource) -> Result<Option<SecretString>, PasswordError> {
    match source {
        PasswordSource::Keyring => Ok(None),
        PasswordSource::Command(command) => from_command(command, tokio::time::sleep(COMMAND_LIMIT)).await.map(Some),
        PasswordSource::File(path) => from_file(&at_home(path)).await.map(Some),
    }
}

/// `~/` stands for the home folder.
fn at_home(path: &str) -> PathBuf {
    match (path.strip_prefix("~/"), etcetera::home_dir()) {
        (Some(rest), Ok(home)) => home.join(rest),
        _ => PathBuf::from(path),
    }
}

async fn from_file(path: &Path) -> Result<SecretString, PasswordError> {
    use std::os::unix::fs::MetadataExt;
    let failed = |source| PasswordError::File {
        path: path.to_owned(),
        source,
    };
    let file = tokio::fs::File::open(path).await.map_err(failed)?;
    // Of the file that is open, not of the path, which may name another one by now.
    let metadata = file.metadata().await.map_err(failed)?;
    let own = [geteuid().as_raw(), 0].contains(&metadata.uid());
    if !own || metadata.mode() & 0o077 != 0 {
        return Err(PasswordError::Exposed(path.to_owned()));
    }
    let line = first_line(&mut BufReader::new(file)).await.map_err(failed)?;
    line.ok_or_else(|| PasswordError::Unusable(Said::word("password-file").with("path", path.display())))
}

async fn from_command(command: &[String], limit: impl Future<Output = ()>) -> Result<SecretString, PasswordError> {
    let (program, arguments) = command
        .split_first()
        .ok_or_else(|| PasswordError::Unusable(Said::word("password-no-command")))?;
    let failed = |source| PasswordError::Start {
        program: program.clone(),
        source,
    };
    let mut child = Command::new(at_home(program))
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        // A group of its own, so that what it starts (gpg, a prompt) ends with it.
        .process_group(0)
        .kill_on_drop(true)
        .spawn()
        .map_err(failed)?;
    let group = child.id().and_then(|id| Pid::from_raw(id.cast_signed()));
    let answer = async {
        let mut output = BufReader::new(child.stdout.take().ok_or(io::ErrorKind::BrokenPipe)?);
        let line = first_line(&mut output).await?;
        // What else it says is read and dropped, so that it can end; but something it left running may hold the pipe.
        let mut sink = tokio::io::sink();
        let status = tokio::select! {
            status = child.wait() => status?,
            _ = tokio::io::copy(&mut output, &mut sink) => child.wait().await?,
        };
        io::Result::Ok((line, status))
    };
    let answer = tokio::select! {
        answer = answer => answer,
        () = limit => {
            if let Some(group) = group {
                // Already gone is as good.
                let _ = kill_process_group(group, Signal::KILL);
            }
            return Err(PasswordError::Late(program.clone()));
        }
    };
    match answer.map_err(failed)? {
        (_, status) if !status.success() => Err(PasswordError::Status {
            program: program.clone(),
            status,
        }),
        (line, _) => {
            line.ok_or_else(|| PasswordError::Unusable(Said::word("password-command").with("program", program)))
        }
    }
}

/// The first line without its end; `None` if it is empty, no text, or longer than any password.
async fn first_line(from: &mut (impl tokio::io::AsyncBufRead + Unpin)) -> io::Result<Option<SecretString>> {
    let mut bytes = Zeroizing::new(Vec::new());
    from.take(LONGEST).read_until(b'\n', &mut bytes).await?;
    let line = bytes.strip_suffix(b"\n").unwrap_or(&bytes);
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let usable = !line.is_empty() && u64::try_from(bytes.len()).is_ok_and(|length| length < LONGEST);
    Ok(std::str::from_utf8(line)
        .ok()
        .filter(|_| usable)
        .map(SecretString::from))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::fs::{self, Permissions};
    use std::io::{BufRead, Read};
    use std::os::unix::fs::PermissionsExt;

    use rustix::fs::{CWD, FileType, Mode, mknodat};

    use super::*;

    fn account(password: PasswordSource) -> Account {
        Account {
            password,
            ..Account::new("sam@aosnotify.mac.com")
        }
    }

    fn fifo(dir: &Path) -> PathBuf {
        let fifo = dir.join("fifo");
        mknodat(CWD, &fifo, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).unwrap();
        fifo
    }

    async fn ask_for(password: PasswordSource) -> Result<String, PasswordError> {
        let vault = Arc::new(MemoryVault::default());
        Ok(super::password(&account(password), vault)
            .await?
            .expose_secret()
            .to_owned())
    }

    fn command(words: &[&str]) -> PasswordSource {
        PasswordSource::Command(words.iter().map(|word| (*word).to_owned()).collect())
    }

    #[tokio::test]
    async fn a_password_goes_into_the_keyring_and_comes_out_until_deleted() {
        let vault: Arc<dyn Vault> = Arc::new(MemoryVault::default());
        let account = account(PasswordSource::Keyring);
        let missing = password(&account, vault.clone()).await.unwrap_err();
        assert!(missing.to_string().contains("sam@aosnotify.mac.com"));
        vault.set(&account.jid, &"pa ss".into()).unwrap();
        assert_eq!(
            password(&account, vault.clone()).await.unwrap().expose_secret(),
            "pa ss"
        );
        vault.delete(&account.jid).unwrap();
        vault.delete(&account.jid).unwrap();
        assert!(matches!(
            password(&account, vault).await,
            Err(PasswordError::Missing(_))
        ));
    }

    #[tokio::test]
    async fn a_command_gives_its_first_line() {
        assert_eq!(
            ask_for(command(&["printf", "s3cret\\r\\nurl: x\\n"])).await.unwrap(),
            "s3cret"
        );
        assert_eq!(ask_for(command(&["printf", "no newline"])).await.unwrap(), "no newline");
    }

    #[tokio::test]
    async fn a_command_is_never_given_to_a_shell() {
        assert_eq!(
            ask_for(command(&["echo", "$HOME; id `id`"])).await.unwrap(),
            "$HOME; id `id`"
        );
    }

    #[tokio::test]
    async fn a_command_that_says_much_more_still_ends() {
        let words = ["sh", "-c", "echo first; head -c 1000000 /dev/zero"];
        assert_eq!(ask_for(command(&words)).await.unwrap(), "first");
    }

    #[tokio::test]
    async fn a_command_that_leaves_something_running_is_not_waited_for() {
        let dir = tempfile::tempdir().unwrap();
        let fifo = fifo(dir.path());
        let script = format!("cat {} 2>/dev/null & echo first", fifo.display());
        assert_eq!(ask_for(command(&["sh", "-c", &script])).await.unwrap(), "first");
        // Waits for `cat`, which holds the output still, and ends it.
        fs::OpenOptions::new().write(true).open(fifo).unwrap();
    }

    #[tokio::test]
    async fn a_command_that_fails_gives_no_password() {
        let failed = ask_for(command(&["sh", "-c", "echo half; exit 3"])).await.unwrap_err();
        assert!(matches!(&failed, PasswordError::Status { .. }) && !failed.to_string().contains("half"));
        assert!(matches!(
            ask_for(command(&["/nonexistent/pass"])).await,
            Err(PasswordError::Start { .. })
        ));
        assert!(matches!(
            ask_for(command(&["true"])).await,
            Err(PasswordError::Unusable(_))
        ));
        let endless = ask_for(command(&["head", "-c", "100000", "/dev/zero"])).await;
        assert!(matches!(endless, Err(PasswordError::Unusable(_))));
    }

    #[tokio::test]
    async fn a_command_that_gives_no_answer_is_ended_with_what_it_started() {
        let dir = tempfile::tempdir().unwrap();
        let fifo = fifo(dir.path());
        let script = format!(
            "sh -c 'exec 9>{}; echo started >&9; exec sleep 600'; true",
            fifo.display()
        );
        let (sender, receiver) = oneshot::channel();
        let started = async {
            let reader = tokio::task::spawn_blocking(move || {
                let mut reader = std::io::BufReader::new(fs::File::open(fifo).unwrap());
                reader.read_line(&mut String::new()).unwrap();
                reader
            });
            sender.send(reader.await.unwrap()).unwrap();
        };
        let late = from_command(&["sh".to_owned(), "-c".to_owned(), script], started).await;
        assert!(matches!(late, Err(PasswordError::Late(_))));
        // The pipe ends when nobody holds it any more.
        let mut reader = receiver.await.unwrap();
        tokio::task::spawn_blocking(move || reader.read_to_end(&mut Vec::new()))
            .await
            .unwrap()
            .unwrap();
    }

    #[tokio::test]
    async fn a_file_gives_its_first_line_to_its_owner_alone() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("password");
        fs::write(&path, "s3cret\nnot this\n").unwrap();
        let ask = || ask_for(PasswordSource::File(path.to_str().unwrap().to_owned()));
        for (mode, open) in [
            (0o600, true),
            (0o400, true),
            (0o640, false),
            (0o604, false),
            (0o620, false),
        ] {
            fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
            match (open, ask().await) {
                (true, Ok(password)) => assert_eq!(password, "s3cret"),
                (false, Err(PasswordError::Exposed(_))) => {}
                (_, other) => unreachable!("mode {mode:o}: {other:?}"),
            }
        }
        fs::set_permissions(&path, Permissions::from_mode(0o600)).unwrap();
        fs::write(&path, "\nsecond\n").unwrap();
        assert!(matches!(ask().await, Err(PasswordError::Unusable(_))));
        fs::remove_file(&path).unwrap();
        assert!(matches!(ask().await, Err(PasswordError::File { .. })));
    }

    #[test]
    fn a_secret_is_not_in_what_is_printed_for_debugging() {
        assert!(!format!("{:?}", SecretString::from("s3cret")).contains("s3cret"));
        let undecodable = VaultError::from(keyring_core::Error::BadEncoding(b"s3cret".to_vec()));
        assert!(!format!("{undecodable:?} {undecodable}").contains("s3cret"));
    }
}
