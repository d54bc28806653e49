//! How an account is reached, as arguments, and its password.

use std::io::{BufRead, IsTerminal};
use std::path::PathBuf;

use mailwren_core::account::{Account, Security};
use mailwren_core::said::Said;
use mailwren_core::words::Words;

use crate::exit::Failure;

/// How to reach the account's server, where DNS and the system's certificate authorities don't do.
#[derive(Debug, Default, clap::Args)]
pub struct Connection {
    /// Host to connect to instead of asking DNS.
    #[arg(long)]
    host: Option<String>,
    /// Port to connect to.
    #[arg(long, requires = "host", value_parser = port)]
    port: Option<u16>,
    /// How the connection is secured.
    #[arg(long, value_enum)]
    security: Option<SecurityArgument>,
    /// PEM file of further certificate authorities to trust for this account.
    #[arg(long, value_name = "FILE")]
    ca_file: Option<PathBuf>,
    /// SHA-256 fingerprint of the one certificate to accept. May be given more than once.
    #[arg(long = "pin", value_name = "HEX")]
    pins: Vec<String>,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum SecurityArgument {
    Auto,
    Direct,
    Starttls,
}

impl From<SecurityArgument> for Security {
    fn from(argument: SecurityArgument) -> Self {
        match argument {
            SecurityArgument::Auto => Self::Auto,
            SecurityArgument::Direct => Self::Direct,
            SecurityArgument::Starttls => Self::Starttls,
        }
    }
}

/// Not a port.
#[derive(Debug, thiserror::Error)]
#[error("{}", self.said())]
pub struct NoPort;

impl NoPort {
    /// For people.
    pub const fn said(&self) -> Said {
        Said::word("cli-port")
    }
}

/// A port, as an argument.
pub fn port(text: &str) -> Result<u16, NoPort> {
    text.parse().map_err(|_| NoPort)
}

impl Connection {
    /// Sets in an account what was given, and leaves the rest.
    pub fn apply(&self, account: &mut Account) -> Result<(), Failure> {
        if self.host.is_some() {
            account.host.clone_from(&self.host);
            account.port = self.port;
        }
        if let Some(security) = self.security {
            account.security = security.into();
        }
        if let Some(file) = &self.ca_file {
            account.ca_file = Some(path(file)?);
        }
        if !self.pins.is_empty() {
            account.pins.clone_from(&self.pins);
        }
        Ok(())
    }
}

/// Relative paths mean the folder the command was given in, not the one the engine runs in.
pub fn path(path: &PathBuf) -> Result<String, Failure> {
    let absolute = std::path::absolute(path).map_err(|e| Failure::usage(Said::at(path, Said::text(e))))?;
    absolute
        .into_os_string()
        .into_string()
        .map_err(|_| Failure::usage(Said::at(path, Said::word("cli-path"))))
}

/// A password, asked for without echo, or the next line of standard input where that is no terminal.
pub fn ask_password(prompt: Said, words: &Words) -> Result<String, Failure> {
    let unread = |e: std::io::Error| Failure::failed(Said::word("cli-input").with("why", e.to_string()));
    let password = if std::io::stdin().is_terminal() {
        rpassword::prompt_password(format!("{} ", prompt.told(words))).map_err(unread)?
    } else {
        let mut line = String::new();
        std::io::stdin().lock().read_line(&mut line).map_err(unread)?;
        line.trim_end_matches(['\r', '\n']).to_owned()
    };
    if password.is_empty() {
        return Err(Failure::usage(Said::word("cli-no-password")));
    }
    Ok(password)
}
