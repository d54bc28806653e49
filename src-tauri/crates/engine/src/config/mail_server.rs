//! What may stand in `imap = { … }`, of an account and of a mailbox that the bridge publishes alike.

use mailwren_core::account::{INBOX, MailServer, PasswordSource, same_folder};
use mailwren_core::said::Said;

use super::fingerprint;
use crate::xmpp::tls::server_name;

/// So many folders of a mailbox are looked into at most.
const FOLDERS: usize = 100;

/// What is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.said())]
pub enum ServerFlaw {
    /// The host can't be one.
    Host(String),
    /// A port that can't be.
    Port,
    /// A user without a name.
    User,
    /// A command without a program.
    Command,
    /// A password as well as a token.
    TwoLogins,
    /// A fingerprint that is none.
    Pin(String),
    /// A folder that can't be one, or is there twice.
    Folder(String),
    /// None, or too many.
    Folders(usize),
}

impl ServerFlaw {
    /// For people.
    pub fn said(&self) -> Said {
        match self {
            Self::Host(host) => Said::word("config-imap-host").with("host", host),
            Self::Port => Said::word("config-port"),
            Self::User => Said::word("config-imap-user"),
            Self::Command => Said::word("config-imap-command"),
            Self::TwoLogins => Said::word("config-imap-logins"),
            Self::Pin(text) => Said::word("trouble-fingerprint").with("text", text),
            Self::Folder(name) => Said::word("config-imap-folder").with("name", name),
            Self::Folders(n) => Said::word("config-imap-folders").with("n", *n).with("most", FOLDERS),
        }
    }
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
