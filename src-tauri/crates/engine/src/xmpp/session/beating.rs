//! Heartbeats: sent when [`mailwren_core::heartbeat`] says so, and told when they come back or don't.

use jid::Jid;
use mailwren_core::heartbeat::{CLIENT_NODE, ITEM, Sign, Step};
use mailwren_core::link::Reached;
use mailwren_core::model::{HEARTBEAT, Input, Pulse};
use mailwren_core::said::Said;
use mailwren_core::view::Problem;
use minidom::Element;
use minidom::rxml::xml_ncname;
use xmpp_parsers::stanza_error::DefinedCondition;

use super::Session;
use crate::xmpp::iq::{Asker, IqError};
use crate::xmpp::private_node::{self, PrivateError};

/// How sending a heartbeat ended.
pub(super) type Sent = Result<(), PrivateError>;

async fn publish(asker: Asker, own: Jid, id: String, verified: bool) -> Sent {
    if !verified {
        private_node::ensure(&asker, &own, CLIENT_NODE).await?;
    }
    let payload = Element::builder("heartbeat", CLIENT_NODE)
        .attr(xml_ncname!("id").to_owned(), id)
        .build();
    private_node::publish(&asker, &own, CLIENT_NODE, ITEM, payload).await
}

impl Session {
    /// Does what is due.
    pub(super) async fn beat(&mut self) {
        match self.heart.step(self.now()) {
            Some(Step::Publish(id)) => {
                let (asker, own) = (self.asker.clone(), Jid::from(self.own.clone()));
                self.beat = Some(Box::pin(publish(asker, own, id, self.private)));
            }
            Some(Step::Renew) => {
                tracing::warn!(account = %self.account.jid, "heartbeats come back no longer: beginning a new session");
                self.replace_line().close(self.timing.stop).await;
                self.lost(Reached::Login, Some(deaf())).await;
            }
            Some(Step::Deaf) => {
                tracing::warn!(account = %self.account.jid, "heartbeats don't come back: fetching instead");
                self.pulse(Pulse::Missing(deaf())).await;
                if !self.bringing_up {
                    self.fetch_all();
                }
            }
            None => {}
        }
    }

    /// A heartbeat was published, or can't be.
    pub(super) fn beat_sent(&mut self, sent: Sent) {
        self.beat = None;
        match sent {
            Ok(()) => self.private = true,
            // Its time runs out by itself.
            Err(PrivateError::Iq(IqError::Timeout | IqError::Ended)) => {}
            Err(PrivateError::Iq(IqError::Refused(error))) if passes(&error.defined_condition) => {}
            // Somebody opened the node, or deleted it: the next one looks again.
            Err(PrivateError::Iq(IqError::Refused(_))) if self.private => self.private = false,
            Err(error) => {
                tracing::info!(account = %self.account.jid, %error, "no heartbeats are possible");
                self.heart.end();
            }
        }
    }

    /// What came on the nodes of heartbeats.
    pub(super) async fn signs(&mut self, signs: Vec<Sign>) {
        for sign in signs {
            match sign {
                Sign::Client(id) => {
                    if let Some(took) = self.heart.came(self.now(), &id) {
                        tracing::debug!(account = %self.account.jid, ?took, "a heartbeat came back");
                        self.pulse(Pulse::Back).await;
                    }
                }
                Sign::Publisher(publisher) => self.pulse(Pulse::Publisher(publisher)).await,
            }
        }
    }

    async fn pulse(&mut self, pulse: Pulse) {
        let account = self.account.jid.clone();
        self.tell(Input::Pulse { account, pulse }).await;
    }
}

/// Whether a refusal says something of the moment only.
const fn passes(condition: &DefinedCondition) -> bool {
    matches!(
        condition,
        DefinedCondition::InternalServerError
            | DefinedCondition::ResourceConstraint
            | DefinedCondition::RemoteServerTimeout
    )
}

fn deaf() -> Problem {
    Problem::new(HEARTBEAT, Said::word("trouble-deaf")).hint(Said::word("trouble-deaf-do"))
}
