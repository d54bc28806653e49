//! The demo: a server, an account on it, and a play of arriving mail. Whoever connects can't tell it from any other
//! server.

use std::time::Duration;

use data_encoding::HEXLOWER;
use futures::FutureExt as _;
use futures::future::BoxFuture;
use jiff::Timestamp;
use mailwren_core::MAIL_NODE;
use mailwren_core::account::{Account, Security, Subscription};
use mailwren_core::said::Said;
use minidom::Element;
use sha2::{Digest, Sha256};

use crate::script::{Deed, Gap, Mail, Place, Step, script};
use crate::seen::Seen;
use crate::server::{Config, LoopbackError, Server, random_hex};
use crate::xml::name;

/// The domain of 2008.
const DOMAIN: &str = "aosnotify.mac.com";
/// Its pubsub service.
const SERVICE: &str = "pubsub.aosnotify.mac.com";
/// Sam's account.
const JID: &str = "sam@aosnotify.mac.com";
/// The node of the recorded stanzas.
const INBOX: &str = "/protected/com/apple/mobileme/sam/mail/Inbox";
/// The node of the mailbox at work.
const WORK: &str = "/mailwren/sam/work";
/// UIDVALIDITY of every mailbox in the play: the day after the recordings.
const UIDVALIDITY: u32 = 1_216_425_600;
const ATOM: &str = "http://www.w3.org/2005/Atom";
/// JSON containers (XEP-0335).
const JSON: &str = "urn:xmpp:json:0";

/// How fast the play goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pace {
    /// So much time between steps.
    Every(Duration),
    /// None at all.
    Fast,
}

impl Default for Pace {
    fn default() -> Self {
        Self::Every(Duration::from_millis(1_200))
    }
}

impl Pace {
    fn wait(self, gap: Gap) -> Duration {
        match (self, gap) {
            (Self::Fast, _) => Duration::ZERO,
            (Self::Every(pace), Gap::Pace) => pace,
            // Eight within a second.
            (Self::Every(pace), Gap::Burst) => pace.min(Duration::from_millis(100)),
        }
    }
}

/// How far the play has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    /// Steps done, from 1.
    pub step: usize,
    /// Steps in all.
    pub of: usize,
    /// What just happened, for people.
    pub what: Said,
}

/// A server with an account that is about to get mail.
pub struct Demo {
    /// The server, for fault hooks.
    pub server: Server,
    /// The account to connect with: Sam's, pinned to the server's certificate, with the nodes of the play.
    pub account: Account,
    /// The account's password, new with each demo. It belongs into no keyring.
    pub password: String,
}

impl Demo {
    /// Starts the server and creates the nodes.
    ///
    /// # Errors
    /// No port, certificate or randomness to be had.
    pub fn start() -> BoxFuture<'static, Result<Self, LoopbackError>> {
        async move {
            let password = random_hex()?;
            let server = Server::start(Config {
                domain: DOMAIN.to_owned(),
                users: vec![("sam".to_owned(), password.clone())],
                pubsub_host: SERVICE.to_owned(),
            })
            .await?;
            for (service, node) in [(SERVICE, INBOX), (SERVICE, WORK), (JID, MAIL_NODE)] {
                server.create_node(service, node)?;
            }
            let subscription = |node: &str| Subscription {
                service: SERVICE.to_owned(),
                node: node.to_owned(),
            };
            let account = Account {
                host: Some(server.addr().ip().to_string()),
                port: Some(server.addr().port()),
                security: Security::Direct,
                pins: vec![server.fingerprint().to_owned()],
                subscriptions: vec![subscription(INBOX), subscription(WORK)],
                ..Account::new(JID)
            };
            Ok(Self {
                server,
                account,
                password,
            })
        }
        .boxed()
    }

    /// How many steps the play has; each brings one event.
    pub fn steps() -> usize {
        script().len()
    }

    /// Waits until the account listens, then plays from beginning to end, telling each step once it is done.
    ///
    /// # Errors
    /// [`LoopbackError::Gone`] when the server ends before the play.
    pub async fn play(&self, pace: Pace, mut tell: impl FnMut(Progress)) -> Result<(), LoopbackError> {
        self.server.wait_until(listens).await?;
        let script = script();
        let of = script.len();
        for (done, step) in (1..).zip(script) {
            tokio::time::sleep(pace.wait(step.gap)).await;
            self.perform(&step)?;
            tell(Progress {
                step: done,
                of,
                what: step.what,
            });
        }
        Ok(())
    }

    fn perform(&self, step: &Step) -> Result<(), LoopbackError> {
        match &step.deed {
            Deed::Capture(stanza) => self.server.send_raw(JID, stanza).map(drop),
            Deed::Arrives(mail) => {
                let (service, node) = place(mail.place);
                self.server
                    .publish(service, node, &item_id(mail), mail_element(mail, Timestamp::now()))
            }
            Deed::ReadElsewhere(mail) => {
                let (service, node) = place(mail.place);
                self.server.retract(service, node, &item_id(mail))
            }
            Deed::Atom {
                id,
                title,
                author,
                summary,
                link,
            } => {
                let text = |name: &str, text: &str| Element::builder(name, ATOM).append(text).build();
                let author = Element::builder("author", ATOM).append(text("name", author)).build();
                let link = Element::builder("link", ATOM)
                    .attr(name!("rel"), "alternate")
                    .attr(name!("href"), *link);
                let entry = Element::builder("entry", ATOM)
                    .append_all([text("id", id), text("title", title), author, text("summary", summary)])
                    .append(text("updated", &Timestamp::now().to_string()))
                    .append(link.build());
                self.server.publish(SERVICE, WORK, id, entry.build())
            }
            Deed::Ox { id, json } => {
                let json = Element::builder("json", JSON).append(*json).build();
                self.server.publish(SERVICE, WORK, id, json)
            }
        }
    }
}

/// Whether everything that the play sends would arrive: subscribed to both nodes, interested in the own one, and the
/// items that are there asked for.
fn listens(seen: &Seen) -> bool {
    let nodes = [(SERVICE, INBOX), (SERVICE, WORK), (JID, MAIL_NODE)];
    let subscribed = |node| seen.subscribed(JID, SERVICE, node);
    seen.reached(JID)
        && subscribed(INBOX)
        && subscribed(WORK)
        && (seen.interested(JID, MAIL_NODE) || seen.subscribed(JID, JID, MAIL_NODE))
        && nodes.iter().all(|(service, node)| seen.fetched(JID, service, node))
}

const fn place(place: Place) -> (&'static str, &'static str) {
    match place {
        Place::Home => (JID, MAIL_NODE),
        Place::Work => (SERVICE, WORK),
    }
}

const fn account(place: Place) -> &'static str {
    match place {
        Place::Home => "home",
        Place::Work => "work",
    }
}

/// The bridge's item id: a short hash of account and mailbox, UIDVALIDITY, UID.
fn item_id(mail: &Mail) -> String {
    let hash = Sha256::digest(format!("{}\0{}", account(mail.place), mail.mailbox));
    let mut id = HEXLOWER.encode(&hash);
    id.truncate(12);
    format!("{id}-{UIDVALIDITY}-{}", mail.uid)
}

fn mail_element(mail: &Mail, date: Timestamp) -> Element {
    let text = |name: &str, text: &str| Element::builder(name, MAIL_NODE).append(text).build();
    let from = Element::builder("from", MAIL_NODE)
        .attr(name!("address"), mail.address)
        .append(mail.from)
        .build();
    let message_id = format!("{}@demo.example.org", item_id(mail));
    Element::builder("mail", MAIL_NODE)
        .attr(name!("account"), account(mail.place))
        .attr(name!("mailbox"), mail.mailbox)
        .attr(name!("uidvalidity"), UIDVALIDITY.to_string())
        .attr(name!("uid"), mail.uid.to_string())
        .append_all([from, text("subject", &mail.subject), text("snippet", mail.snippet)])
        .append_all([text("message-id", &message_id), text("date", &date.to_string())])
        .append_all(mail.link.map(|link| text("link", link)))
        .build()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn no_two_mails_of_the_play_share_an_item_id() {
        let mails = script().into_iter().filter_map(|step| match step.deed {
            Deed::Arrives(mail) => Some((mail.place == Place::Home, item_id(&mail))),
            _ => None,
        });
        let mut ids: Vec<_> = mails.collect();
        let all = ids.len();
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), all);
    }

    #[test]
    fn a_burst_brings_eight_mails_within_a_second() {
        let waits: Vec<_> = script()
            .iter()
            .filter(|step| step.gap == Gap::Burst)
            .map(|s| s.gap)
            .collect();
        assert_eq!(waits.len(), 8);
        assert!(waits.iter().map(|gap| Pace::default().wait(*gap)).sum::<Duration>() < Duration::from_secs(1));
    }
}
