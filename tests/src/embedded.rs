//! The little XMPP server in process, as a server for programs of ours: Sam's account with one node, and as many mails on it as
//! are wanted.

use std::fmt::Write as _;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use anyhow::{Context, Result};
use mailwren_core::account::{Account, PasswordSource, Security};
use mailwren_loopback::{Config, Seen, Server};

use crate::ctl::configuration;
use crate::server::{DOMAIN, PUBSUB, SAM, jid, node, password};
use crate::wait::within;

/// The node that mails are published on.
pub const NODE: &str = "mail/sam";
/// Mails in one stanza.
const TOGETHER: usize = 10;
/// So many stanzas at most wait for the client's acknowledgement.
const OPEN: usize = 100;

/// A server with Sam's account, on whose node one mail stands.
pub struct Embedded(Server);

impl Embedded {
    /// Starts one.
    ///
    /// # Errors
    /// When there is no port or certificate to be had.
    pub async fn start() -> Result<Self> {
        let server = Server::start(Config {
            domain: DOMAIN.to_owned(),
            users: vec![(SAM.to_owned(), password(SAM))],
            pubsub_host: PUBSUB.to_owned(),
        })
        .await?;
        // What is there at the first sight of a node is stored without a popup; with it the node is known.
        server.publish(PUBSUB, NODE, "standing", mail("standing").parse()?)?;
        Ok(Self(server))
    }

    /// Writes a configuration with Sam's account, whose password lies in a file beside it.
    ///
    /// # Errors
    /// When a file can't be written.
    pub fn configure(&self, config: &Path) -> Result<()> {
        let folder = config.parent().context("a file without a folder")?;
        std::fs::create_dir_all(folder)?;
        let secret = folder.join("password");
        std::fs::write(&secret, format!("{}\n", password(SAM)))?;
        std::fs::set_permissions(&secret, PermissionsExt::from_mode(0o600))?;
        let address = self.0.addr();
        let account = Account {
            host: Some(address.ip().to_string()),
            port: Some(address.port()),
            security: Security::Direct,
            pins: vec![self.0.fingerprint().to_owned()],
            pep: false,
            subscriptions: vec![node(NODE)],
            password: PasswordSource::File(secret.display().to_string()),
            ..Account::new(jid(SAM))
        };
        Ok(std::fs::write(config, configuration(&account)?)?)
    }

    /// Awaits that Sam is online, subscribed, and has asked for what is there.
    ///
    /// # Errors
    /// When he doesn't come.
    pub async fn listens(&self) -> Result<()> {
        let sam = jid(SAM);
        let listens =
            |seen: &Seen| seen.online(&sam) && seen.subscribed(&sam, PUBSUB, NODE) && seen.fetched(&sam, PUBSUB, NODE);
        Ok(within("Sam at the server", self.0.wait_until(listens)).await??)
    }

    /// Sends mails with these numbers, as they would come from a node that keeps none, and awaits that all are taken in.
    ///
    /// # Errors
    /// When nobody takes them.
    pub async fn send(&self, numbers: std::ops::Range<usize>) -> Result<()> {
        let sam = jid(SAM);
        let open = |seen: &Seen| -> usize { seen.sessions.values().map(|session| session.unacked).sum() };
        for first in numbers.clone().step_by(TOGETHER) {
            let stanza = stanza(first..numbers.end.min(first + TOGETHER))?;
            let reached = self.0.send_raw(&sam, stanza.as_bytes())?;
            anyhow::ensure!(reached > 0, "Sam isn't there");
            within("stanzas are taken", self.0.wait_until(|seen| open(seen) < OPEN)).await??;
        }
        Ok(within("all stanzas are taken", self.0.wait_until(|seen| open(seen) == 0)).await??)
    }
}

fn stanza(numbers: std::ops::Range<usize>) -> Result<String> {
    let mut stanza = format!(
        "<message xmlns='jabber:client' from='{PUBSUB}' to='{}' type='headline'>\
         <event xmlns='http://jabber.org/protocol/pubsub#event'><items node='{NODE}'>",
        jid(SAM)
    );
    for number in numbers {
        let mail = mail(&format!("mail {number}"));
        write!(stanza, "<item id='item-{number}'>{mail}</item>")?;
    }
    stanza.push_str("</items></event></message>");
    Ok(stanza)
}

fn mail(subject: &str) -> String {
    format!(
        "<mail xmlns='urn:mailwren:mail:0' mailbox='INBOX'><from address='zoe@example.org'>Zoe</from>\
         <subject>{subject}</subject><message-id>&lt;{}@example.org&gt;</message-id>\
         <snippet>The first words of it, about as many as a popup shows.</snippet></mail>",
        subject.replace(' ', "-")
    )
}
