//! What waits for one target: done in order, one after another, beside what waits for others.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::atomic::{AtomicU8, Ordering};

use jid::{BareJid, Jid};
use mailwren_core::said::Said;

use super::failed::failed;
use super::node::Node;
use super::origin::Origin;
use super::progress::Obstacle;
use super::{Action, Outbox, OutboxError, Target, Waiting};
use crate::xmpp::iq::{Asker, IqError};
use crate::xmpp::mail_node::MailNode;
use crate::xmpp::private_node::PrivateError;

/// After so many entries of a long attempt, what is known of them is kept, lest a process that is killed forget it all.
const KEEP: usize = 20;
/// So many items are kept on a node, well below its limit: the server is to evict none, since an eviction looks like a
/// mail that was read.
const KEPT: usize = 150;

/// What waits for one target.
pub(super) struct Lane {
    pub(super) target: Target,
    waiting: VecDeque<Waiting>,
    /// What isn't worth telling any more.
    withdrawn: BTreeSet<u64>,
    node: Node,
    outbox: Outbox,
    /// Entries that were done.
    pub(super) done: usize,
    /// Whether the node was made ready in this session.
    pub(super) ready: bool,
}

/// Why a lane stopped.
pub(super) enum Stop {
    /// All is done.
    Done,
    /// Something is in the way of this target.
    Obstacle(Obstacle),
    /// The session ended while something was under way.
    Ended,
    /// The session is of no use any more, and nothing was under way.
    Idle,
}

/// How a session goes, as those who share it tell each other.
#[derive(Debug, Default)]
pub(super) struct Health(AtomicU8);

impl Health {
    const SILENT: u8 = 1;
    const ENDED: u8 = 2;

    /// Whether it is of no use any more.
    pub(super) fn is_over(&self) -> bool {
        self.0.load(Ordering::Relaxed) != 0
    }

    /// Whether it was ended, and not given up for its silence.
    pub(super) fn has_ended(&self) -> bool {
        self.0.load(Ordering::Relaxed) == Self::ENDED
    }

    fn note(&self, error: &PrivateError) {
        match error {
            PrivateError::Iq(IqError::Ended) => self.0.fetch_max(Self::ENDED, Ordering::Relaxed),
            PrivateError::Iq(IqError::Timeout) => self.0.fetch_max(Self::SILENT, Ordering::Relaxed),
            _ => return,
        };
    }
}

impl Lane {
    /// What waits for a target, in order.
    pub(super) fn new(outbox: &Outbox, target: Target, waiting: Vec<Waiting>, origin: &Origin) -> Self {
        let mut node = Node::load(outbox.dir(), &target);
        for written in waiting.iter().map(|waiting| &waiting.entry.target) {
            node.settle(written, &target);
        }
        Self {
            withdrawn: withdrawn(&waiting, origin),
            waiting: waiting.into(),
            node,
            outbox: outbox.clone(),
            target,
            done: 0,
            ready: false,
        }
    }

    /// What waits still.
    pub(super) fn left(&self) -> impl Iterator<Item = u64> {
        self.waiting.iter().map(|waiting| waiting.id)
    }

    /// Does what takes no session; says whether that was all.
    pub(super) fn skip(&mut self, origin: &Origin) -> Result<bool, OutboxError> {
        while let Some(first) = self.waiting.front() {
            if !self.withdrawn.contains(&first.id) && !is_told(&mut self.node, &self.target, origin, first) {
                return Ok(false);
            }
            self.next()?;
        }
        self.keep();
        Ok(true)
    }

    /// Does what waits, until something fails.
    pub(super) async fn run(
        &mut self,
        origin: &Origin,
        own: &BareJid,
        asker: &Asker,
        health: &Health,
    ) -> Result<Stop, OutboxError> {
        let stop = loop {
            let Some(first) = self.waiting.front() else {
                break Stop::Done;
            };
            if self.withdrawn.contains(&first.id) || is_told(&mut self.node, &self.target, origin, first) {
                self.next()?;
                continue;
            }
            if health.is_over() {
                break Stop::Idle;
            }
            match self.send(origin, own, asker).await {
                Ok(()) => self.next()?,
                Err(Wrong::Asked(error)) => {
                    health.note(&error);
                    self.ready = false;
                    break match error {
                        PrivateError::Iq(IqError::Ended) => Stop::Ended,
                        error => Stop::Obstacle(failed(&error, self.service(origin))),
                    };
                }
                Err(Wrong::Obstacle(obstacle)) => break Stop::Obstacle(obstacle),
            }
        };
        self.keep();
        Ok(stop)
    }

    /// The first one is done.
    fn next(&mut self) -> Result<(), OutboxError> {
        if let Some(first) = self.waiting.pop_front() {
            self.outbox.remove(first.id)?;
            self.done += 1;
            if self.done.is_multiple_of(KEEP) {
                self.keep();
            }
        }
        Ok(())
    }

    fn keep(&mut self) {
        if let Err(error) = self.node.save() {
            tracing::warn!(%error, "keeping what was published");
        }
    }

    fn service<'a>(&'a self, origin: &'a Origin) -> &'a str {
        self.target.service.as_deref().unwrap_or_else(|| origin.jid())
    }

    /// Sends the first one.
    async fn send(&mut self, origin: &Origin, own: &BareJid, asker: &Asker) -> Result<(), Wrong> {
        let Some(Waiting { entry, .. }) = self.waiting.front() else {
            return Ok(());
        };
        let name = origin.name(entry);
        let item = entry.action.item(name);
        let bad = |address: &str, error: jid::Error| {
            let flaw = Said::word("outbox-address").with("address", address);
            Wrong::Obstacle(Obstacle::lasting(flaw.with("why", error.to_string()), None))
        };
        let service = self.target.service.as_deref().unwrap_or_else(|| origin.jid());
        let address = Jid::new(service).map_err(|error| bad(service, error))?;
        let reader = entry.reader.as_deref();
        let admitted = reader.is_none_or(|reader| self.node.has_admitted(&self.target, reader));
        let reader = match reader {
            Some(reader) => Some(BareJid::new(reader).map_err(|error| bad(reader, error))?),
            None => None,
        };
        let node = MailNode {
            asker,
            own,
            service: &address,
            node: &self.target.node,
            reader: reader.as_ref(),
        };
        match &entry.action {
            Action::Mail(mail) => {
                if !self.ready || !admitted {
                    node.ready(admitted).await?;
                    if let Some(reader) = &reader {
                        self.node.admitted(&self.target, reader.as_str());
                    }
                }
                node.publish(&item, &mail.payload(name)).await?;
                self.ready = true;
                self.node.place(&self.target, &item, name, &mail.mailbox);
                if let Some(oldest) = self.node.published(&self.target, item, KEPT) {
                    node.make_room(&oldest).await?;
                }
            }
            Action::Gone(gone) => {
                let told = self.node.told_by(&self.target, &item, gone.early_key.as_deref());
                node.retract(&told).await?;
                self.node.retracted(&self.target, &told);
            }
        }
        Ok(())
    }
}

/// What went wrong with one entry.
enum Wrong {
    Asked(PrivateError),
    Obstacle(Obstacle),
}

impl From<PrivateError> for Wrong {
    fn from(error: PrivateError) -> Self {
        Self::Asked(error)
    }
}

impl From<IqError> for Wrong {
    fn from(error: IqError) -> Self {
        Self::Asked(error.into())
    }
}

/// Whether a mail was told already: mail servers tell twice, and in two ways.
fn is_told(node: &mut Node, target: &Target, origin: &Origin, waiting: &Waiting) -> bool {
    let entry = &waiting.entry;
    let Action::Mail(mail) = &entry.action else {
        return false;
    };
    let name = origin.name(entry);
    let item = entry.action.item(name);
    let told = node.told(target, &item, mail.early_key.as_deref());
    if told {
        // By its UID it is known now where it is.
        node.place(target, &item, name, &mail.mailbox);
    }
    told
}

/// Mails that are to be taken back before they were published: nobody is told of them. Their items are taken back all the
/// same, since a process that was killed may have published them.
fn withdrawn(waiting: &[Waiting], origin: &Origin) -> BTreeSet<u64> {
    let mut withdrawn = BTreeSet::new();
    let mut mails = BTreeMap::new();
    for Waiting { id, entry } in waiting {
        let item = entry.action.item(origin.name(entry));
        match &entry.action {
            Action::Mail(_) => {
                mails.entry(item).or_insert_with(Vec::new).push(*id);
            }
            Action::Gone(_) => withdrawn.extend(mails.remove(&item).into_iter().flatten()),
        }
    }
    withdrawn
}
