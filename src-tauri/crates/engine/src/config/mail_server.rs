//! What may stand in `imap = { … }`, of an account and of a mailbox that the bridge publishes alike.

use mailwren_core::account::{INBOX, MailServer, PasswordSource, same_folder};

use super::fingerprint;
use crate::xmpp::tls::server_name;

/// So many folders of a mailbox are looked into at most.
const FOLDERS: usize = 100;

/// What is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ServerFlaw {
    /// The host can't be one.
    #[error("`imap.host` {0} isn't a server's name; it looks like imap.example.org")]
    Host(String),
    /// A port that can't be.
    #[error("`imap.port`: 0 isn't a port")]
    Port,
    /// A user without a name.
    #[error("`imap.user` is empty")]
    User,
    /// A command without a program.
    #[error("`imap`: the command for the password or token names no program")]
    Command,
    /// A password as well as a token.
    #[error("`imap` has a password and a token: leave one of them out")]
    TwoLogins,
    /// A fingerprint that is none.
    #[error("`imap.pins`: {0} isn't a SHA-256 fingerprint")]
    Pin(String),
    /// A folder that can't be one, or is there twice.
    #[error("`imap.folders`: {0:?} is there twice, or can't be a folder")]
    Folder(String),
    /// None, or too many.
    #[error("`imap.folders` has {0} folders; it takes 1 to {FOLDERS}")]
    Folders(usize),
}

/// The same in normal form: names and fingerprints as they are compared.
///
/// # Errors
/// What is wrong with it.
pub(crate) fn checked_server(mut server: MailServer) -> Result<MailServer, ServerFlaw> {
    server.host = server.host.trim().to_owned();
    if server.host.is_empty() || server_name(&server.host).is_err() {
        return Err(ServerFlaw::Host(server.host));
    }
    if server.port == Some(0) {
        return Err(ServerFlaw::Port);
    }
    if server.user.as_deref().is_some_and(str::is_empty) {
        return Err(ServerFlaw::User);
    }
    if server.token.is_some() && server.password != PasswordSource::Keyring {
        return Err(ServerFlaw::TwoLogins);
    }
    let commands = match &server.password {
        PasswordSource::Command(command) => Some(command),
        _ => server.token.as_ref(),
    };
    if commands.is_some_and(|command| command.first().is_none_or(String::is_empty)) {
        return Err(ServerFlaw::Command);
    }
    for pin in &mut server.pins {
        *pin = fingerprint(pin).ok_or_else(|| ServerFlaw::Pin(pin.clone()))?;
    }
    let mut folders: Vec<String> = Vec::new();
    for folder in &server.folders {
        let folder = match folder.trim() {
            inbox if same_folder(inbox, INBOX) => INBOX,
            other => other,
        };
        let sound = !folder.is_empty() && folder.len() <= 500 && !folder.chars().any(char::is_control);
        if !sound || folders.iter().any(|other| other == folder) {
            return Err(ServerFlaw::Folder(folder.to_owned()));
        }
        folders.push(folder.to_owned());
    }
    if folders.is_empty() || folders.len() > FOLDERS {
        return Err(ServerFlaw::Folders(folders.len()));
    }
    server.folders = folders;
    Ok(server)
}
