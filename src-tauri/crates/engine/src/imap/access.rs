//! The way in: TCP, TLS, login.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
pub use mailwren_core::account::ImapTls as Tls;
use mailwren_core::account::{Account, MailServer, PasswordSource};
use mailwren_core::said::Said;
use rustix::net::sockopt;
use secrecy::{ExposeSecret, SecretString};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::client::TlsStream;
use zeroize::Zeroizing;

use super::client::{Client, Io};
use super::response::{Answer, Capabilities, Code, Condition};
use super::wire::USUAL;
use super::{ImapError, names};
use crate::vault::{self, PasswordError, Vault};
use crate::xmpp::connector::dial;
use crate::xmpp::resolve::{LookupError, Resolve, SystemResolver, Target};
use crate::xmpp::tls::{Trust, server_name};
use crate::xmpp::trouble::{Step, Trouble};

/// Limit of looking up the server's addresses.
const LOOKUP_LIMIT: Duration = Duration::from_secs(20);
/// Limit of STARTTLS and the TLS handshake.
const TLS_LIMIT: Duration = Duration::from_secs(15);
/// Limit of the login.
const LOGIN_LIMIT: Duration = Duration::from_secs(20);
/// Silence after which the system asks for a sign of life, how often, and how long that may take: a connection that died
/// is found within two minutes.
const KEEPALIVE: (Duration, Duration, u32) = (Duration::from_secs(60), Duration::from_secs(15), 4);
/// How long the system tries to send something.
const UNSENT: Duration = Duration::from_secs(60);

/// Where a mailbox is, and how one logs in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Access {
    /// The mail server.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is secured; there is no unencrypted way.
    pub tls: Tls,
    /// Who logs in.
    pub user: String,
    /// By what.
    pub login: Login,
    /// PEM file of further certificate authorities to trust.
    pub ca_file: Option<String>,
    /// SHA-256 fingerprints (hex) of certificates to accept instead of asking the authorities.
    pub pins: Vec<String>,
}

/// What one logs in by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Login {
    /// A password, from a file or a command.
    Password(PasswordSource),
    /// A password in a keyring.
    Kept(Kept),
    /// An OAuth 2 access token: the first line of what a command prints, which sees to it that it is a fresh one.
    Token(Vec<String>),
}

/// An entry of a keyring.
#[derive(Clone)]
pub struct Kept {
    /// The keyring.
    pub vault: Arc<dyn Vault>,
    /// The entry's name.
    pub entry: String,
}

impl fmt::Debug for Kept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Kept").field(&self.entry).finish()
    }
}

impl PartialEq for Kept {
    fn eq(&self, other: &Self) -> bool {
        self.entry == other.entry
    }
}

impl Eq for Kept {}

/// A connection on which one is logged in.
pub(crate) type Connected = Client<TlsStream<TcpStream>>;

impl Access {
    /// The way to an account's mailbox.
    pub fn of(account: &Account, server: &MailServer, vault: Arc<dyn Vault>) -> Self {
        let login = match (&server.token, &server.password) {
            (Some(command), _) => Login::Token(command.clone()),
            (None, PasswordSource::Keyring) => Login::Kept(Kept {
                vault,
                entry: vault::mailbox_entry(account, server),
            }),
            (None, elsewhere) => Login::Password(elsewhere.clone()),
        };
        Self {
            host: server.host.clone(),
            port: server.port.unwrap_or(server.tls.port()),
            tls: server.tls,
            user: server.user.clone().unwrap_or_else(|| account.jid.clone()),
            login,
            ca_file: server.ca_file.clone(),
            pins: server.pins.clone(),
        }
    }

    /// Connects and logs in. `authenticating` becomes true once a secret is sent.
    ///
    /// # Errors
    /// What went wrong.
    pub(crate) async fn connect(&self, authenticating: &mut bool) -> Result<Connected, ImapError> {
        let target = Target {
            host: self.host.clone(),
            port: self.port,
            direct: self.tls == Tls::Implicit,
            rank: None,
        };
        let (ca_file, pins) = (self.ca_file.clone(), self.pins.clone());
        let trust = tokio::task::spawn_blocking(move || Trust::load(ca_file.as_deref(), &pins));
        let trust = trust.await.map_err(|error| Trouble::Lost(Said::text(error)))??;
        let secret = self.secret().await?;
        let tcp = self.dial(&target).await?;
        keep_alive(&tcp);
        let secure = async {
            let tcp = match self.tls {
                Tls::Implicit => tcp,
                Tls::Starttls => starttls(tcp, &target).await?,
            };
            let secured = trust.handshake(server_name(&self.host)?, &target, &[], tcp).await;
            Ok::<_, ImapError>(secured?.stream)
        };
        let late = || Trouble::Timeout(Step::Tls);
        let mut client = Client::new(timeout(TLS_LIMIT, secure).await.map_err(|_| late())??);
        let login = async {
            let logged_in = self.tls == Tls::Implicit && client.greeted().await?;
            if !logged_in {
                self.log_in(&mut client, &secret, authenticating).await?;
            }
            // After the login there is more, and what was said before doesn't count (RFC 3501 §6.2.2).
            client.capabilities().await
        };
        timeout(LOGIN_LIMIT, login)
            .await
            .map_err(|_| Trouble::Timeout(Step::Login))??;
        Ok(client)
    }

    async fn secret(&self) -> Result<SecretString, ImapError> {
        let secret = match &self.login {
            Login::Password(source) => vault::secret(source).await?,
            Login::Kept(Kept { vault, entry }) => {
                let entry = entry.clone();
                vault::ask(vault.clone(), move |vault| vault.get(&entry))
                    .await
                    .map_err(PasswordError::from)?
            }
            Login::Token(command) => vault::secret(&PasswordSource::Command(command.clone())).await?,
        };
        Ok(secret.ok_or_else(|| PasswordError::Missing(self.user.clone()))?)
    }

    async fn dial(&self, target: &Target) -> Result<TcpStream, ImapError> {
        let addresses = match self.host.parse() {
            Ok(address) => vec![address],
            Err(_) => {
                let dns = |why: Said| Trouble::Dns {
                    host: self.host.clone(),
                    why,
                };
                let found = timeout(LOOKUP_LIMIT, SystemResolver.addresses(&self.host)).await;
                let found = found.map_err(|_| dns(Said::word("iq-timeout")))?;
                found.map_err(|error| match error {
                    LookupError::Absent => Trouble::HostUnknown {
                        host: self.host.clone(),
                        // A laptop's network may not know it for now.
                        known: true,
                    },
                    LookupError::Failed(why) => dns(Said::Text(why)),
                })?
            }
        };
        Ok(dial(&addresses, target).await?)
    }

    async fn log_in<S: Io>(
        &self,
        client: &mut Client<S>,
        secret: &SecretString,
        authenticating: &mut bool,
    ) -> Result<(), ImapError> {
        let can = client.capabilities().await?;
        let way = self.way(&can)?;
        let answer = match way {
            Way::Sasl(name) => {
                let message = Zeroizing::new(BASE64_STANDARD.encode(self.message(name, secret).as_bytes()));
                *authenticating = true;
                let then = if name == "OAUTHBEARER" { "AQ==" } else { "" };
                if can.has("SASL-IR") {
                    let command = Zeroizing::new(format!("AUTHENTICATE {name} {}", *message));
                    client.dialogue(&command, None, then).await?
                } else {
                    let command = format!("AUTHENTICATE {name}");
                    client.dialogue(&command, Some(&message), then).await?
                }
            }
            Way::Login => {
                let quoted = |text: &str| names::quoted(text).map(Zeroizing::new).ok_or(ImapError::Unsayable);
                let (user, password) = (quoted(&self.user)?, quoted(secret.expose_secret())?);
                let command = Zeroizing::new(format!("LOGIN {} {}", *user, *password));
                *authenticating = true;
                client.try_command(&command, USUAL, |_| {}).await?
            }
        };
        if answer.condition != Condition::Ok {
            return Err(self.refused(answer));
        }
        if !matches!(answer.code, Some(Code::Capabilities(_))) {
            client.capabilities = None;
        }
        Ok(())
    }

    fn way(&self, can: &Capabilities) -> Result<Way, ImapError> {
        let has = |name: &str| can.has(&format!("AUTH={name}"));
        let sasl = |name| Ok(Way::Sasl(name));
        match &self.login {
            Login::Token(_) if has("OAUTHBEARER") => sasl("OAUTHBEARER"),
            Login::Token(_) if has("XOAUTH2") => sasl("XOAUTH2"),
            Login::Password(_) | Login::Kept(_) if has("PLAIN") => sasl("PLAIN"),
            Login::Password(_) | Login::Kept(_) if !can.has("LOGINDISABLED") => Ok(Way::Login),
            _ => Err(ImapError::NoLogin { offered: can.logins() }),
        }
    }

    fn refused(&self, answer: Answer) -> ImapError {
        let passing = [
            "UNAVAILABLE",
            "INUSE",
            "LIMIT",
            "SERVERBUG",
            "OVERQUOTA",
            "CONTACTADMIN",
        ];
        let passes = matches!(&answer.code, Some(Code::Other(code)) if passing.contains(&code.as_str()));
        ImapError::LoginRefused {
            text: answer.text,
            passes,
            by_token: matches!(self.login, Login::Token(_)),
        }
    }

    /// RFC 4616, RFC 7628, and Google's XOAUTH2.
    fn message(&self, way: &str, secret: &SecretString) -> Zeroizing<String> {
        let (user, secret) = (&self.user, secret.expose_secret());
        Zeroizing::new(match way {
            "OAUTHBEARER" => {
                let named = user.replace('=', "=3D").replace(',', "=2C");
                let (host, port) = (&self.host, self.port);
                format!("n,a={named},\u{1}host={host}\u{1}port={port}\u{1}auth=Bearer {secret}\u{1}\u{1}")
            }
            "XOAUTH2" => format!("user={user}\u{1}auth=Bearer {secret}\u{1}\u{1}"),
            _ => format!("\0{user}\0{secret}"),
        })
    }
}

/// A way to log in.
#[derive(Debug, Clone, Copy)]
enum Way {
    Sasl(&'static str),
    Login,
}

/// RFC 3501 §6.2.1; nothing that was said before TLS counts.
async fn starttls(tcp: TcpStream, target: &Target) -> Result<TcpStream, ImapError> {
    let no_tls = || Trouble::NoTls {
        target: target.to_string(),
    };
    let mut client = Client::new(tcp);
    if client.greeted().await? || !client.capabilities().await?.has("STARTTLS") {
        return Err(no_tls().into());
    }
    let answer = client.try_command("STARTTLS", USUAL, |_| {}).await?;
    if answer.condition != Condition::Ok {
        return Err(no_tls().into());
    }
    let more = ImapError::Protocol("it sent more before encryption than belongs there");
    client.into_inner().ok_or(more)
}

/// A connection on which nothing comes any more is found by the system.
fn keep_alive(tcp: &TcpStream) {
    let (idle, every, times) = KEEPALIVE;
    let set = sockopt::set_socket_keepalive(tcp, true)
        .and_then(|()| sockopt::set_tcp_keepidle(tcp, idle))
        .and_then(|()| sockopt::set_tcp_keepintvl(tcp, every))
        .and_then(|()| sockopt::set_tcp_keepcnt(tcp, times));
    #[cfg(target_os = "linux")]
    let set = set.and_then(|()| {
        let unsent = u32::try_from(UNSENT.as_millis()).unwrap_or(u32::MAX);
        sockopt::set_tcp_user_timeout(tcp, unsent)
    });
    if let Err(error) = set {
        tracing::debug!(%error, "a connection that dies is found late");
    }
}
