//! How an account's mailbox is reached by IMAP, as arguments.

use std::path::PathBuf;

use mailwren_core::account::{ImapTls, MailServer, PasswordSource};

use crate::connection::{path, port};
use crate::exit::Failure;

/// The account's mailbox, where it is reached by IMAP: then an event that only says that it changed becomes who wrote, and
/// about what; and mails can be archived and so on without a bridge.
#[derive(Debug, Default, clap::Args)]
pub struct MailServerArguments {
    /// The mail server of the account's mailbox.
    #[arg(long, value_name = "HOST")]
    pub imap: Option<String>,
    /// Its port, if not 993 (or 143 with --imap-starttls).
    #[arg(long, value_name = "PORT", requires = "imap", value_parser = port)]
    imap_port: Option<u16>,
    /// Secure the connection by STARTTLS instead of from the first byte.
    #[arg(long, requires = "imap")]
    imap_starttls: bool,
    /// Who logs in to the mail server, if not the account's address.
    #[arg(long, value_name = "USER", requires = "imap")]
    imap_user: Option<String>,
    /// A folder to look into, if not INBOX. May be given more than once.
    #[arg(long = "imap-folder", value_name = "FOLDER", requires = "imap")]
    imap_folders: Vec<String>,
    /// PEM file of further certificate authorities to trust for the mail server.
    #[arg(long, value_name = "FILE", requires = "imap")]
    imap_ca_file: Option<PathBuf>,
    /// SHA-256 fingerprint of the mail server's certificate, to accept that one alone.
    #[arg(long = "imap-pin", value_name = "HEX", requires = "imap")]
    imap_pins: Vec<String>,
    /// Read the mailbox's password from this file at each login, instead of the keyring.
    #[arg(long, value_name = "FILE", requires = "imap", group = "imap_login")]
    imap_password_file: Option<PathBuf>,
    /// Take the mailbox's password from the first line of what this command prints.
    #[arg(long, value_name = "COMMAND", requires = "imap", group = "imap_login")]
    imap_password_command: Option<String>,
    /// Log in by OAuth 2, with the access token that this command prints.
    #[arg(long, value_name = "COMMAND", requires = "imap", group = "imap_login")]
    imap_token_command: Option<String>,
    /// The account has no XMPP: what is known of its mail comes from the mailbox alone.
    #[arg(long, requires = "imap")]
    pub no_xmpp: bool,
}

impl MailServerArguments {
    /// The mail server, if one was given.
    pub fn server(&self) -> Result<Option<MailServer>, Failure> {
        let Some(host) = &self.imap else {
            return Ok(None);
        };
        let words = |command: &String| -> Vec<String> { command.split_whitespace().map(str::to_owned).collect() };
        let mut server = MailServer {
            port: self.imap_port,
            tls: if self.imap_starttls {
                ImapTls::Starttls
            } else {
                ImapTls::Implicit
            },
            user: self.imap_user.clone(),
            password: match (&self.imap_password_file, &self.imap_password_command) {
                (Some(file), _) => PasswordSource::File(path(file)?),
                (None, Some(command)) => PasswordSource::Command(words(command)),
                (None, None) => PasswordSource::Keyring,
            },
            token: self.imap_token_command.as_ref().map(words),
            ca_file: self.imap_ca_file.as_ref().map(path).transpose()?,
            pins: self.imap_pins.clone(),
            ..MailServer::new(host)
        };
        if !self.imap_folders.is_empty() {
            server.folders.clone_from(&self.imap_folders);
        }
        Ok(Some(server))
    }
}
