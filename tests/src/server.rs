//! Real XMPP servers: Debian's Prosody and ejabberd, each with configuration, data and certificate of its own.

mod ejabberd;
mod prosody;

use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result};
use mailwren_core::account::{Account, PasswordSource, Security, Subscription};
use tokio::net::TcpStream;

use crate::certificate::Certificate;
use crate::place;
use crate::process::Process;
use crate::scene::Scene;
use crate::wait::eventually;

/// The domain every test server serves.
pub const DOMAIN: &str = "wren.test";
/// Its pubsub service.
pub const PUBSUB: &str = "pubsub.wren.test";
/// The domain of a component, where the server takes one.
pub const COMPONENT: &str = "mail.wren.test";
/// The component's secret.
pub const COMPONENT_SECRET: &str = "component-secret";
/// Who reads mail.
pub const SAM: &str = "sam";
/// Who may publish on [`PUBSUB`].
pub const PUBLISHER: &str = "publisher";
/// Who may do nothing.
pub const STRANGER: &str = "stranger";
/// All of them.
const USERS: [&str; 3] = [SAM, PUBLISHER, STRANGER];

/// The bare JID of a user.
pub fn jid(user: &str) -> String {
    format!("{user}@{DOMAIN}")
}

/// The password of a user.
pub fn password(user: &str) -> String {
    format!("{user}-secret")
}

/// Which server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Prosody.
    Prosody,
    /// ejabberd.
    Ejabberd,
}

/// A hash of passwords.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hash {
    /// What both servers use unless told otherwise.
    Sha1,
    /// SHA-256.
    Sha256,
    /// SHA-512; Prosody 0.12 doesn't know it.
    Sha512,
}

/// A running server.
#[derive(Debug)]
pub struct Server {
    kind: Kind,
    /// Where it listens.
    pub host: IpAddr,
    /// Port with TLS from the first byte.
    pub direct: u16,
    /// Port with STARTTLS.
    pub starttls: u16,
    /// Its certificate.
    pub certificate: Certificate,
    /// How long it keeps a broken stream for resumption.
    hibernation: Duration,
    /// The hash that it keeps passwords under, and so the one that SCRAM uses.
    hash: Hash,
    /// Where it takes [`COMPONENT`], which publishes on [`PUBSUB`] in [`PUBLISHER`]'s place, if it does.
    pub component: Option<u16>,
    /// Users beside the usual ones.
    others: Vec<String>,
    dir: PathBuf,
    process: Option<Process>,
}

impl Server {
    /// Starts one that keeps broken streams for 30 s, and awaits that it listens; in one scene at most one of each kind.
    ///
    /// # Errors
    /// When it isn't installed or doesn't come up; with what it said.
    pub async fn start(kind: Kind, scene: &Scene) -> Result<Self> {
        Self::start_hibernating(kind, scene, Duration::from_secs(30)).await
    }

    /// The same with another hibernation time.
    ///
    /// # Errors
    /// As [`Server::start`].
    pub async fn start_hibernating(kind: Kind, scene: &Scene, hibernation: Duration) -> Result<Self> {
        Self::start_with(kind, scene, hibernation, Hash::Sha1).await
    }

    /// The same with passwords under another hash.
    ///
    /// # Errors
    /// As [`Server::start`].
    pub async fn start_hashing(kind: Kind, scene: &Scene, hash: Hash) -> Result<Self> {
        Self::start_with(kind, scene, Duration::from_secs(30), hash).await
    }

    /// One that takes [`COMPONENT`], with these users beside the usual ones.
    ///
    /// # Errors
    /// As [`Server::start`].
    pub async fn start_with_component(kind: Kind, scene: &Scene, others: Vec<String>) -> Result<Self> {
        let mut server = Self::prepare(kind, scene, Duration::from_secs(30), Hash::Sha1)?;
        server.component = Some(place::port());
        server.others = others;
        server.begin().await
    }

    async fn start_with(kind: Kind, scene: &Scene, hibernation: Duration, hash: Hash) -> Result<Self> {
        Self::prepare(kind, scene, hibernation, hash)?.begin().await
    }

    fn prepare(kind: Kind, scene: &Scene, hibernation: Duration, hash: Hash) -> Result<Self> {
        let dir = scene.folder(match kind {
            Kind::Prosody => "prosody",
            Kind::Ejabberd => "ejabberd",
        })?;
        Ok(Self {
            kind,
            host: place::address(),
            direct: place::port(),
            starttls: place::port(),
            certificate: Certificate::issue(&dir, &[DOMAIN, PUBSUB])?,
            hibernation,
            hash,
            component: None,
            others: Vec::new(),
            dir,
            process: None,
        })
    }

    async fn begin(mut self) -> Result<Self> {
        match self.kind {
            Kind::Prosody => self.lay_out_prosody()?,
            Kind::Ejabberd => self.lay_out_ejabberd()?,
        }
        self.up().await?;
        Ok(self)
    }

    /// The name of everybody who has an account.
    fn users(&self) -> impl Iterator<Item = &str> {
        USERS.into_iter().chain(self.others.iter().map(String::as_str))
    }

    /// Its configuration file.
    pub fn config(&self) -> PathBuf {
        self.dir.join(match self.kind {
            Kind::Prosody => "prosody.cfg.lua",
            Kind::Ejabberd => "ejabberd.yml",
        })
    }

    /// Its process id; `None` while it isn't running.
    pub fn id(&self) -> Option<u32> {
        self.process.as_ref().and_then(Process::id)
    }

    /// Starts it again after [`Server::down`], on the same ports with the same data.
    ///
    /// # Errors
    /// When it doesn't come up.
    pub async fn up(&mut self) -> Result<()> {
        let process = match self.kind {
            Kind::Prosody => self.start_prosody().await?,
            Kind::Ejabberd => self.start_ejabberd().await?,
        };
        self.process = Some(process);
        for port in [self.direct, self.starttls].into_iter().chain(self.component) {
            eventually(format_args!("{:?} listens on {port}", self.kind), async || {
                Ok(Some(TcpStream::connect((self.host, port)).await?))
            })
            .await?;
        }
        Ok(())
    }

    /// Stops it in order.
    ///
    /// # Errors
    /// When it isn't running or doesn't end.
    pub async fn down(&mut self) -> Result<()> {
        let mut process = self.process.take().context("the server isn't running")?;
        process.terminate().await?;
        Ok(())
    }

    /// Stops it and starts it again.
    ///
    /// # Errors
    /// When one of both fails.
    pub async fn restart(&mut self) -> Result<()> {
        self.down().await?;
        self.up().await
    }

    /// The account of a user at the direct TLS port, trusting the server's authority; without password.
    pub fn account(&self, user: &str) -> Account {
        Account {
            host: Some(self.host.to_string()),
            port: Some(self.direct),
            security: Security::Direct,
            ca_file: Some(self.certificate.ca.display().to_string()),
            pep: false,
            password: PasswordSource::Keyring,
            ..Account::new(jid(user))
        }
    }
}

/// A node on the pubsub service.
pub fn node(name: &str) -> Subscription {
    Subscription {
        service: PUBSUB.to_owned(),
        node: name.to_owned(),
    }
}

/// The PEP node of a user's own account.
pub fn own_node(user: &str) -> Subscription {
    Subscription {
        service: jid(user),
        node: mailwren_core::MAIL_NODE.to_owned(),
    }
}
