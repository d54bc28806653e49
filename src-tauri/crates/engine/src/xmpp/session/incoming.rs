//! What comes: answers, questions of others, and messages with events in them.

use jid::Jid;
use mailwren_core::event::{Decoded, Dialect};
use mailwren_core::heartbeat;
use mailwren_core::marks;
use mailwren_core::model::Input;
use mailwren_core::payload::gmail;
use mailwren_core::stanza;
use minidom::Element;
use tokio_xmpp::Stanza;
use xmpp_parsers::iq::Iq;
use xmpp_parsers::message::{Message, MessageType};
use xmpp_parsers::ns;
use xmpp_parsers::stanza_error::{DefinedCondition, ErrorType};

use super::{Phase, Session};
use crate::xmpp::all_taken;
use crate::xmpp::answer::{answer, refusal, taken};
use crate::xmpp::bring_up::Again;
use crate::xmpp::caps::Capabilities;

/// Answers to others are dropped when so many stanzas wait to be sent; the rest of the queue is for our own.
const MOST_UNSENT: usize = 128;

/// So many events of a stanza are told at once; before the next are, those are on their way to the store.
const AT_ONCE: usize = 256;

impl Session {
    pub(super) async fn stanza(&mut self, stanza: Stanza) {
        if let Phase::Up(stint) = &mut self.phase {
            stint.stanzas += 1;
        }
        match stanza {
            Stanza::Message(message) => self.message(message).await,
            Stanza::Iq(iq @ (Iq::Result { .. } | Iq::Error { .. })) => {
                if !self.answered_probe(iq.id()) {
                    self.iqs.answered(iq);
                }
            }
            Stanza::Iq(iq) => {
                let answer = match iq {
                    Iq::Set { ref payload, .. } if gmail::is_new_mail(payload) => Some(self.new_mail(&iq).await),
                    _ => answer(&iq, Capabilities::of(self.account.pep)),
                };
                if let Some(answer) = answer.filter(|_| self.unsent.len() < MOST_UNSENT) {
                    self.send(answer.into()).await;
                }
            }
            Stanza::Presence(_) => {}
        }
    }

    /// The server says that there is new mail (Gmail's `google:mail:notify`): it is asked for.
    async fn new_mail(&mut self, told: &Iq) -> Iq {
        if self.sources.is_server(told.from()) {
            self.new_mail.notify_one();
            return taken(told);
        }
        let account = self.account.jid.clone();
        tracing::info!(%account, "somebody says that there is new mail, and isn't the server");
        self.tell(Input::Stranger { account }).await;
        refusal(told, ErrorType::Cancel, DefinedCondition::ServiceUnavailable, None)
    }

    pub(super) async fn message(&mut self, message: Message) {
        let chat = matches!(message.type_, MessageType::Chat | MessageType::Normal) && !message.bodies.is_empty();
        let element = Element::from(message);
        if let Some(signs) = heartbeat::signs(&element, &Jid::from(self.own.clone())) {
            return self.signs(signs).await;
        }
        if let Some(marks) = marks::told(&element, &Jid::from(self.own.clone())) {
            return self.marked(marks).await;
        }
        let account = &self.account.jid;
        let decoded = match stanza::decode(&element) {
            Ok(decoded) => decoded,
            Err(error) => {
                tracing::warn!(%account, %error, "a message was dropped");
                return;
            }
        };
        let (admitted, others): (Vec<_>, Vec<_>) = decoded
            .into_iter()
            .partition(|decoded| self.sources.admits(&element, &decoded.event));
        self.look_again(&element);
        if others.iter().any(|decoded| decoded.event.dialect != Dialect::Sieve) {
            tracing::info!(%account, "an event was dropped: nobody entitled sent it");
            let account = account.clone();
            self.tell(Input::Stranger { account }).await;
        } else if chat && admitted.is_empty() {
            tracing::info!(%account, "a chat message reached Mailwren, which is no chat program; read it in one");
        }
        if !admitted.is_empty() {
            // What the server sends by itself upon the presence, or kept for us, proves nothing.
            if !self.bringing_up && admitted.iter().any(|decoded| !decoded.delayed) {
                self.heart.event(self.now());
            }
            // It may take more memory than all its events.
            drop(element);
            self.tell_events(admitted).await;
        }
    }

    async fn tell_events(&mut self, mut events: Vec<Decoded>) {
        loop {
            let rest = events.split_off(events.len().min(AT_ONCE));
            let account = self.account.jid.clone();
            self.tell(Input::Events { account, events }).await;
            if rest.is_empty() {
                return;
            }
            tokio::select! {
                () = all_taken(&self.inputs) => {}
                () = self.stop.cancelled() => return,
            }
            events = rest;
        }
    }

    /// Has nodes looked after again whose subscription was approved (XEP-0060 §8.6), or that were deleted (§8.4). One whose
    /// owner has ended the subscription isn't: that is the owner's will.
    fn look_again(&self, message: &Element) {
        let Some(event) = message.get_child("event", ns::PUBSUB_EVENT) else {
            return;
        };
        let from = message.attr("from");
        for child in event.children() {
            let at_once = match (child.name(), child.attr("subscription")) {
                ("subscription", Some("subscribed")) => true,
                ("delete", _) => false,
                _ => continue,
            };
            let mut nodes = self.account.nodes().into_iter();
            let node = nodes.find(|n| Some(n.service.as_str()) == from && Some(n.node.as_str()) == child.attr("node"));
            if let Some(node) = node {
                self.again.try_send(Again { node, at_once }).ok();
            }
        }
    }
}
