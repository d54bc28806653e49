//! Where faults happen: a server, the proxies in front of it, and somebody who publishes.

use std::net::SocketAddr;

use anyhow::Result;
use mailwren_core::account::{Account, PasswordSource, Security, Subscription};
use mailwren_loopback::{Config, Server as Loopback};
use mailwren_tests::Scene;
use mailwren_tests::certificate::Certificate;
use mailwren_tests::proxy::TcpProxy;
use mailwren_tests::publisher::Publisher;
use mailwren_tests::server::{DOMAIN, Kind, PUBLISHER, PUBSUB, SAM, Server, jid, password};

use serde_json::json;

use crate::campaign::BATCH;
use crate::interceptor::Interceptor;

/// What a node keeps: a few times what is published while nobody listens.
const MOST_ITEMS: usize = 4 * BATCH;

/// The servers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Which {
    Loopback,
    Prosody,
    Ejabberd,
}

impl Which {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Loopback => "loopback",
            Self::Prosody => "Prosody",
            Self::Ejabberd => "ejabberd",
        }
    }
}

/// A server, and who publishes on it.
#[expect(clippy::large_enum_variant, reason = "there is one of them at a time")]
pub enum Backend {
    /// In this process; published on without any client, since no XMPP client is as quick.
    Loopback(Loopback),
    /// A real one; published on by slixmpp.
    Real {
        server: Server,
        publisher: Publisher,
        /// A client of Sam's own, online, for Sam's own PEP node.
        owner: Publisher,
    },
}

/// A server with its proxies.
pub struct Ground {
    pub which: Which,
    pub backend: Backend,
    pub proxy: TcpProxy,
    pub interceptor: Interceptor,
    direct: SocketAddr,
    certificate: Certificate,
}

impl Ground {
    pub async fn prepare(which: Which, scene: &Scene) -> Result<Self> {
        let (backend, direct, certificate, trusts) = match which {
            Which::Loopback => {
                let server = Loopback::start(Config {
                    domain: DOMAIN.to_owned(),
                    users: vec![(SAM.to_owned(), password(SAM))],
                    pubsub_host: PUBSUB.to_owned(),
                })
                .await?;
                let dir = scene.folder("server")?;
                let trusts = dir.join("loopback.pem");
                std::fs::write(&trusts, server.certificate_pem())?;
                let address = server.addr();
                (
                    Backend::Loopback(server),
                    address,
                    Certificate::issue(&dir, &[DOMAIN])?,
                    trusts,
                )
            }
            Which::Prosody | Which::Ejabberd => {
                let kind = if which == Which::Prosody {
                    Kind::Prosody
                } else {
                    Kind::Ejabberd
                };
                let server = Server::start(kind, scene).await?;
                let certificate = server.certificate.clone();
                let direct = SocketAddr::new(server.host, server.direct);
                let publisher = Publisher::connect(scene, &server, PUBLISHER).await?;
                let owner = Publisher::listen(scene, &server, SAM, &[]).await?;
                let trusts = certificate.ca.clone();
                (
                    Backend::Real {
                        server,
                        publisher,
                        owner,
                    },
                    direct,
                    certificate,
                    trusts,
                )
            }
        };
        let interceptor = Interceptor::start(direct, &certificate, &trusts).await?;
        let proxy = TcpProxy::start(direct).await?;
        Ok(Self {
            which,
            backend,
            proxy,
            interceptor,
            direct,
            certificate,
        })
    }

    /// Leads clients through the interceptor, or straight to the server. The embedded server makes a certificate of its
    /// own, so the way there is always through the interceptor.
    pub fn intercept(&self, wanted: bool) {
        let through = wanted || self.which == Which::Loopback;
        self.proxy
            .lead_to(if through { self.interceptor.address } else { self.direct });
    }

    /// Sam's account, by way of the proxy.
    pub fn account(&self, node: &Subscription) -> Account {
        let pep = node.service == jid(SAM);
        Account {
            host: Some(self.proxy.host.to_string()),
            port: Some(self.proxy.port),
            security: Security::Direct,
            ca_file: Some(self.certificate.ca.display().to_string()),
            pep,
            subscriptions: if pep { Vec::new() } else { vec![node.clone()] },
            password: PasswordSource::Keyring,
            ..Account::new(jid(SAM))
        }
    }

    /// Makes a node that Sam may read.
    pub async fn create(&mut self, node: &Subscription) -> Result<()> {
        let own = node.service == jid(SAM);
        match &mut self.backend {
            Backend::Loopback(server) => server.create_node(&node.service, &node.node)?,
            Backend::Real { owner, .. } if own => {
                // Left over from another fault.
                owner.delete(node).await.ok();
                owner.create(node).await?;
            }
            Backend::Real { publisher, .. } => {
                publisher.create(node).await?;
                // Prosody writes a whole node anew with each item.
                publisher
                    .configure(node, json!({ "max_items": MOST_ITEMS.to_string() }))
                    .await?;
                publisher.admit(node, &jid(SAM)).await?;
            }
        }
        Ok(())
    }

    /// Publishes items.
    pub async fn publish(&mut self, node: &Subscription, items: &[(String, String)]) -> Result<()> {
        let own = node.service == jid(SAM);
        match &mut self.backend {
            Backend::Loopback(server) => {
                for (id, payload) in items {
                    server.publish(&node.service, &node.node, id, payload.parse()?)?;
                    tokio::task::yield_now().await;
                }
            }
            Backend::Real { owner, .. } if own => owner.publish_all(node, items).await?,
            Backend::Real { publisher, .. } => publisher.publish_all(node, items).await?,
        }
        Ok(())
    }

    /// Ends the server as one does that is to be started again.
    pub async fn down(&mut self) -> Result<()> {
        match &mut self.backend {
            Backend::Loopback(server) => {
                self.proxy.refuse();
                server.restart();
            }
            Backend::Real { server, .. } => server.down().await?,
        }
        Ok(())
    }

    /// Starts it again. Gives when it listened.
    pub async fn up(&mut self, scene: &Scene) -> Result<tokio::time::Instant> {
        match &mut self.backend {
            Backend::Loopback(_) => {
                self.proxy.admit();
                Ok(tokio::time::Instant::now())
            }
            Backend::Real {
                server,
                publisher,
                owner,
            } => {
                server.up().await?;
                let listened = tokio::time::Instant::now();
                *publisher = Publisher::connect(scene, server, PUBLISHER).await?;
                *owner = Publisher::listen(scene, server, SAM, &[]).await?;
                Ok(listened)
            }
        }
    }
}

/// A mail as the bridge publishes it.
pub fn mail(number: usize) -> String {
    format!(
        "<mail xmlns='urn:mailwren:mail:0' account='home' mailbox='INBOX' uidvalidity='1216343471' uid='{number}'>\
         <from address='zoe@example.org'>Zoe</from><subject>number {number}</subject></mail>"
    )
}
