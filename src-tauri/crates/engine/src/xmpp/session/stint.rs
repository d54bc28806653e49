//! While stanzas flow: how a session begins, and what it sends.

use jid::{BareJid, Jid};
use mailwren_core::model::{Input, LinkChange};
use minidom::Element;
use tokio::sync::mpsc;
use tokio::time::Instant;
use tokio_xmpp::Stanza;
use tokio_xmpp::stanzastream::StanzaStage;
use xmpp_parsers::ns;
use xmpp_parsers::presence::{Presence, Show};

use super::{Phase, Session};
use crate::xmpp::bring_up::BringUp;
use crate::xmpp::caps::Capabilities;
use crate::xmpp::iq::{Asker, IqError};

/// Nodes that wait to be looked after again; what doesn't fit waits for the next session.
const MOST_AGAIN: usize = 256;

/// A time during which stanzas flowed without interruption.
pub(super) struct Stint {
    pub(super) since: Instant,
    pub(super) resumed: bool,
    pub(super) stanzas: u64,
}

impl Session {
    /// A fresh session: nothing of the last one holds any more.
    pub(super) async fn fresh(&mut self, bound: &Jid) {
        tracing::info!(account = %self.account.jid, %bound, "a fresh session");
        self.backoff.established(self.now());
        self.phase = Phase::Up(Stint {
            since: Instant::now(),
            resumed: false,
            stanzas: 0,
        });
        self.fruitless = 0;
        self.iqs.clear();
        self.beat = None;
        self.replay = None;
        self.private = false;
        self.sharing = None;
        self.marks_private = false;
        self.shown = false;
        self.heart.end();
        (self.asker, self.questions) = Asker::channel();
        self.lent.send_replace(Some(self.asker.clone()));
        self.bound = bound.clone();
        self.tell_link(LinkChange::Fresh).await;
        // Where an item breaks the stream, all are fetched before anything can come unasked: so it is known which one does.
        if !self.care.one_by_one {
            self.show().await;
        }
        self.fetch_all();
    }

    /// Looks after all nodes.
    pub(super) fn fetch_all(&mut self) {
        let (again, to_look_after) = mpsc::channel(MOST_AGAIN);
        self.again = again;
        let bring_up = BringUp {
            account: self.account.clone(),
            own: self.own.clone(),
            bound: self.bound.clone(),
            asker: self.asker.clone(),
            store: self.store.clone(),
            inputs: self.inputs.clone(),
            care: self.care.clone(),
            again: to_look_after,
            new_mail: self.new_mail.clone(),
            patience: self.timing.patience,
            poll: self.care.one_by_one.then_some(self.timing.poll),
            open: Vec::new(),
            pep: false,
            gmail: false,
        };
        self.bringing_up = true;
        self.bring_up = Some(Box::pin(async { Some(Box::new(bring_up.first().await)) }));
    }

    /// All nodes were looked after; `rest` looks after those that aren't in order.
    pub(super) async fn brought_up(&mut self, rest: Option<Box<BringUp>>) {
        self.bring_up = None;
        self.bringing_up = false;
        let Some(rest) = rest else { return };
        if !self.shown && self.mute.is_none() {
            self.show().await;
        }
        self.share();
        self.bring_up = Some(Box::pin(async {
            rest.keep().await;
            None
        }));
    }

    /// The session goes on where it was: nothing was lost, and nothing is fetched.
    pub(super) async fn resumed(&mut self) {
        tracing::info!(account = %self.account.jid, "resumed");
        self.backoff.established(self.now());
        self.phase = Phase::Up(Stint {
            since: Instant::now(),
            resumed: true,
            stanzas: 0,
        });
        self.iqs.prolong(Instant::now());
        self.heart.resume(self.now());
        self.tell_link(LinkChange::Resumed).await;
        self.share();
        // What was missed is sent again before anything else (XEP-0198 §5), so before this is answered.
        if !self.bringing_up {
            let (asker, server) = (
                self.asker.clone(),
                Jid::from(BareJid::from_parts(None, self.own.domain())),
            );
            self.replay = Some(Box::pin(async move {
                asker.get(&server, Element::bare("ping", ns::PING)).await
            }));
        }
    }

    /// What was missed has been sent again; if the session ended meanwhile, the next one says so.
    pub(super) async fn replayed(&mut self, answer: Result<Option<Element>, IqError>) {
        self.replay = None;
        if !matches!(answer, Err(IqError::Ended)) {
            let account = self.account.jid.clone();
            self.tell(Input::CaughtUp { account }).await;
        }
    }

    /// Sends the presence, upon which events come.
    pub(super) async fn show(&mut self) {
        self.send(self.presence().into()).await;
        self.shown = true;
        self.heart.begin(self.now());
    }

    /// How this client shows itself.
    ///
    /// With PEP alone it takes no part in the person's chat: a negative priority keeps messages to the bare JID away, and
    /// PEP's events come all the same, to the full JID of each resource that asked for them. Events for a bare JID that is
    /// subscribed at a pubsub service are messages to that bare JID like any other, and need a priority that isn't negative
    /// (RFC 6121 §8.5.2).
    ///
    /// Measured with Prosody 0.12.3 and ejabberd 23.01: at −1 both delivered every PEP event, and no event of a pubsub
    /// service, neither `headline` nor `normal`; at 0 both delivered all, ejabberd PEP's twice.
    pub(super) fn presence(&self) -> Presence {
        let priority = if self.account.subscriptions.is_empty() { -1 } else { 0 };
        let mut presence = Presence::available().with_show(Show::Xa).with_priority(priority);
        presence.payloads.push(Capabilities::of(self.account.pep).element());
        presence
    }

    /// Puts a stanza into the stream's queue. It is larger than what is ever put in, so this doesn't wait.
    pub(super) async fn send(&mut self, stanza: Stanza) {
        self.unsent.retain(|token| token.state() == StanzaStage::Queued);
        let send = std::panic::AssertUnwindSafe(self.line.stream.send(Box::new(stanza)));
        // It panics if the worker has died, which is seen as the stream's end next.
        if let Ok(token) = futures::FutureExt::catch_unwind(send).await {
            self.unsent.push(token);
        }
    }
}
