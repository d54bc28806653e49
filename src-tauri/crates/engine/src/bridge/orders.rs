//! What devices want done in mailboxes: ad-hoc commands (`docs/protocol.md`), each judged, carried out and answered.

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jid::{BareJid, Jid};
use mailwren_core::account::Subscription;
use mailwren_core::act::{Act, Became, Done, MessageAt};
use mailwren_core::adhoc::{self, Flaw, Outcome, Outcomes, Step, Verb, Wish};
use mailwren_core::text;
use minidom::Element;
use minidom::rxml::xml_ncname;
use tokio::time::Instant;
use xmpp_parsers::iq::Iq;
use xmpp_parsers::ns;
use xmpp_parsers::stanza_error::{DefinedCondition as Condition, ErrorType};

use super::config::Mailbox;
use super::intake::Intake;
use crate::outbox::{Outbox, Target};
use crate::ports::{AccessError, MailAccess};
use crate::xmpp::answer::refusal;

/// Devices wait for 30 s.
const LIMIT: Duration = Duration::from_secs(25);
/// Nobody commands more often…
const MOST_COMMANDS: usize = 60;
/// …within this time.
const SPAN: Duration = Duration::from_secs(60);
/// How long something can be taken back.
const UNDOABLE: Duration = Duration::from_secs(600);
/// Of so many commands it is remembered how.
const MOST_UNDOABLE: usize = 256;

/// A mailbox that can be acted upon.
pub(super) struct Reached {
    pub(super) mailbox: Mailbox,
    /// The node that its mail is published on.
    pub(super) at: Subscription,
    /// Who may command.
    pub(super) owner: BareJid,
    pub(super) access: Arc<dyn MailAccess>,
}

/// What was done by a command.
struct Undoable {
    token: String,
    owner: BareJid,
    since: Instant,
    done: Vec<Part>,
}

/// What was done in one mailbox, by its place; and the items, in the order of the messages.
struct Part {
    place: usize,
    items: Vec<String>,
    done: Done,
}

impl Part {
    /// What of it changed something, and so can be undone.
    fn changed(self) -> Option<Self> {
        let Self { place, items, done } = self;
        let is_changed = |(_, became): &(String, Became)| matches!(became, Became::Changed { .. });
        let changed = items.into_iter().zip(done.messages).filter(is_changed);
        let (items, messages): (Vec<_>, Vec<_>) = changed.unzip();
        let done = Done { messages, ..done };
        (!items.is_empty()).then_some(Self { place, items, done })
    }
}

/// Why a command isn't carried out.
struct Refusal {
    kind: ErrorType,
    condition: Condition,
    why: Option<String>,
}

impl Refusal {
    const fn cancel(condition: Condition) -> Self {
        Self {
            kind: ErrorType::Cancel,
            condition,
            why: None,
        }
    }

    const fn wait(condition: Condition, why: Option<String>) -> Self {
        Self {
            kind: ErrorType::Wait,
            condition,
            why,
        }
    }
}

impl From<Flaw> for Refusal {
    fn from(flaw: Flaw) -> Self {
        let (kind, condition) = match flaw {
            Flaw::Unknown => (ErrorType::Cancel, Condition::ItemNotFound),
            Flaw::Form => (ErrorType::Modify, Condition::BadRequest),
            Flaw::TooMany => (ErrorType::Modify, Condition::NotAcceptable),
        };
        Self {
            kind,
            condition,
            why: Some(flaw.to_string()),
        }
    }
}

impl From<AccessError> for Refusal {
    fn from(error: AccessError) -> Self {
        tracing::warn!(%error, "a mailbox can't be acted upon");
        Self::wait(Condition::InternalServerError, text::clean(&error.to_string(), 300))
    }
}

/// Carries commands out that are about the mailboxes that one account publishes.
pub(super) struct Orders {
    mailboxes: Vec<Reached>,
    /// The account, as targets name it in the outbox.
    account: String,
    outbox: Outbox,
    intake: Arc<Intake>,
    /// Limit of one command.
    limit: Duration,
    undoable: Mutex<VecDeque<Undoable>>,
    /// When each owner commanded.
    commanded: Mutex<BTreeMap<BareJid, VecDeque<Instant>>>,
}

impl Orders {
    pub(super) fn new(mailboxes: Vec<Reached>, account: String, outbox: Outbox, intake: Arc<Intake>) -> Self {
        Self {
            mailboxes,
            account,
            outbox,
            intake,
            limit: LIMIT,
            undoable: Mutex::default(),
            commanded: Mutex::default(),
        }
    }

    /// The nodes whose items can be acted upon.
    pub(super) fn nodes(&self) -> Vec<Subscription> {
        let mut nodes: Vec<Subscription> = self.mailboxes.iter().map(|reached| reached.at.clone()).collect();
        nodes.sort();
        nodes.dedup();
        nodes
    }

    /// The answer to a request.
    pub(super) async fn answer(&self, request: &Iq) -> Iq {
        let (payload, changes) = match request {
            Iq::Get { payload, .. } => (payload, false),
            Iq::Set { payload, .. } => (payload, true),
            Iq::Result { .. } | Iq::Error { .. } => return no(request, Refusal::cancel(Condition::BadRequest)),
        };
        let commands = changes && payload.is("command", adhoc::COMMANDS);
        let answered = match self.owner(request.from()) {
            Some(owner) if commands => match self.command(&owner, payload).await {
                Ok(answer) => Ok(Some(answer)),
                Err(refusal) => Err(refusal),
            },
            Some(_) if !changes => about(payload).ok_or(Refusal::cancel(Condition::ServiceUnavailable)),
            None if commands => {
                let from = request.from().map(Jid::as_str);
                tracing::info!(from, "a stranger's command was refused");
                Err(Refusal {
                    kind: ErrorType::Auth,
                    ..Refusal::cancel(Condition::Forbidden)
                })
            }
            _ => Err(Refusal::cancel(Condition::ServiceUnavailable)),
        };
        match answered {
            Ok(payload) => Iq::Result {
                from: None,
                to: request.from().cloned(),
                id: request.id().to_owned(),
                payload,
            },
            Err(refusal) => no(request, refusal),
        }
    }

    /// Whose device asks: no server speaks for its users, nor a service for anybody.
    fn owner(&self, from: Option<&Jid>) -> Option<BareJid> {
        let bare = from?.try_as_full().ok()?.to_bare();
        self.mailboxes
            .iter()
            .any(|reached| reached.owner == bare)
            .then_some(bare)
    }

    async fn command(&self, owner: &BareJid, command: &Element) -> Result<Element, Refusal> {
        let session = match command.attr("sessionid").and_then(|id| text::clean(id, 64)) {
            Some(session) => session,
            None => random(),
        };
        let wish = match Step::read(command)? {
            Step::Ask(verb) => return Ok(adhoc::blank(verb, &session)),
            Step::Cancel(verb) => return Ok(adhoc::canceled(verb, &session)),
            Step::Do(wish) => wish,
        };
        if !self.may_now(owner, Instant::now()) {
            let why = format!("At most {MOST_COMMANDS} commands within {} s.", SPAN.as_secs());
            return Err(Refusal::wait(Condition::ResourceConstraint, Some(why)));
        }
        let verb = wish.verb();
        let carried_out = async {
            match wish {
                Wish::Act { act, at, items } => self.act(owner, act, &at, items).await,
                Wish::Undo { token } => self.undo(owner, &token).await,
            }
        };
        let late = || {
            let why = "The mail server took too long.".to_owned();
            Err(Refusal::wait(Condition::RemoteServerTimeout, Some(why)))
        };
        let outcomes = tokio::time::timeout(self.limit, carried_out)
            .await
            .unwrap_or_else(|_| late())?;
        let done = outcomes
            .items
            .iter()
            .filter(|(_, outcome)| *outcome == Outcome::Done)
            .count();
        tracing::info!(%owner, command = verb.name(), done, of = outcomes.items.len(), "a command was carried out");
        Ok(outcomes.completed(verb, &session))
    }

    fn may_now(&self, owner: &BareJid, now: Instant) -> bool {
        let mut commanded = lock(&self.commanded);
        // Only owners come so far, so there are few.
        let times = commanded.entry(owner.clone()).or_default();
        times.retain(|at| now.duration_since(*at) < SPAN);
        let may = times.len() < MOST_COMMANDS;
        if may {
            times.push_back(now);
        }
        may
    }

    async fn act(&self, owner: &BareJid, act: Act, at: &Subscription, items: Vec<String>) -> Result<Outcomes, Refusal> {
        let here = |reached: &Reached| reached.at == *at && reached.owner == *owner;
        let Some(known) = self.mailboxes.iter().find(|reached| here(reached)) else {
            let why = "Nothing reaches the mailbox behind that node.".to_owned();
            return Err(Refusal {
                why: Some(why),
                ..Refusal::cancel(Condition::ItemNotFound)
            });
        };
        let target = Target {
            account: Some(self.account.clone()),
            ..known.mailbox.target.clone()
        };
        let mut by_mailbox: BTreeMap<usize, (Vec<String>, Vec<MessageAt>)> = BTreeMap::new();
        let mut outcomes = Outcomes::default();
        for (item, found) in items.iter().zip(self.outbox.locate(&target, &items)) {
            let place = |name: &str| {
                let named = |reached: &Reached| here(reached) && reached.mailbox.name == name;
                self.mailboxes.iter().position(named)
            };
            match found.and_then(|(name, message)| Some((place(&name)?, message))) {
                Some((place, message)) => {
                    let (items, messages) = by_mailbox.entry(place).or_default();
                    items.push(item.clone());
                    messages.push(message);
                }
                None => outcomes.items.push((item.clone(), Outcome::Missing)),
            }
        }
        let mut parts = Vec::new();
        let mut failed = None;
        for (place, (items, messages)) in by_mailbox {
            let Some(reached) = self.mailboxes.get(place) else {
                continue;
            };
            match reached.access.act(&messages, act).await {
                Ok(done) => {
                    note(&mut outcomes, &items, &done);
                    if act != Act::Unread {
                        self.retract(reached, &done).await;
                    }
                    parts.push(Part { place, items, done });
                }
                Err(error) => {
                    outcomes
                        .items
                        .extend(items.into_iter().map(|item| (item, Outcome::Failed)));
                    failed = Some(error);
                }
            }
        }
        match failed {
            Some(error) if parts.is_empty() => return Err(error.into()),
            Some(error) => tracing::warn!(%error, "a mailbox can't be acted upon"),
            None => {}
        }
        outcomes.undo = self.remember(owner, parts);
        Ok(outcomes)
    }

    async fn undo(&self, owner: &BareJid, token: &str) -> Result<Outcomes, Refusal> {
        let found = {
            let mut undoable = lock(&self.undoable);
            undoable.retain(|undoable| undoable.since.elapsed() < UNDOABLE);
            let place = undoable
                .iter()
                .position(|one| one.token == token && one.owner == *owner);
            place.and_then(|place| undoable.remove(place))
        };
        let Some(undoable) = found else {
            let why = "That can't be taken back any more.".to_owned();
            return Err(Refusal {
                why: Some(why),
                ..Refusal::cancel(Condition::ItemNotFound)
            });
        };
        let mut outcomes = Outcomes::default();
        for Part { place, items, done } in &undoable.done {
            let Some(reached) = self.mailboxes.get(*place) else {
                continue;
            };
            let undone = reached.access.undo(done).await?;
            note(&mut outcomes, items, &undone);
        }
        Ok(outcomes)
    }

    /// Devices hear of it at once, and not only when the mail server tells.
    async fn retract(&self, reached: &Reached, done: &Done) {
        for became in &done.messages {
            let Became::Changed { was, .. } = became else { continue };
            let Some(uid) = was.uid else { continue };
            let message_id = was.message_id.as_deref();
            if let Err(error) = self.intake.gone(&reached.mailbox, &was.folder, uid, message_id).await {
                tracing::error!(%error, "an item can't be taken back");
            }
        }
    }

    /// Keeps what it takes to undo something; gives its token.
    fn remember(&self, owner: &BareJid, parts: Vec<Part>) -> Option<String> {
        let done: Vec<Part> = parts.into_iter().filter_map(Part::changed).collect();
        if done.is_empty() {
            return None;
        }
        let token = random();
        let mut undoable = lock(&self.undoable);
        if undoable.len() >= MOST_UNDOABLE {
            undoable.pop_front();
        }
        undoable.push_back(Undoable {
            token: token.clone(),
            owner: owner.clone(),
            since: Instant::now(),
            done,
        });
        Some(token)
    }
}

/// Takes down what became of items.
fn note(outcomes: &mut Outcomes, items: &[String], done: &Done) {
    for (item, became) in items.iter().zip(&done.messages) {
        let outcome = match became {
            Became::Changed { .. } | Became::Already => Outcome::Done,
            Became::Missing => Outcome::Missing,
            Became::Failed { why } => {
                tracing::warn!(why, "the mail server refuses");
                Outcome::Failed
            }
        };
        outcomes.items.push((item.clone(), outcome));
    }
}

/// What can be asked about: signs of life, and which commands there are (XEP-0050 §2). `None` for anything else.
fn about(asked: &Element) -> Option<Option<Element>> {
    let node = asked.attr("node");
    match (asked.name(), asked.ns().as_str()) {
        ("ping", ns::PING) => Some(None),
        ("query", ns::DISCO_INFO) => {
            let (identity, features): (_, &[&str]) = match node {
                None => (("client", "bot"), &[ns::DISCO_INFO, adhoc::COMMANDS, ns::PING]),
                Some(adhoc::COMMANDS) => (("automation", "command-list"), &[]),
                Some(node) => {
                    Verb::at(node)?;
                    (("automation", "command-node"), &[adhoc::COMMANDS, ns::DATA_FORMS])
                }
            };
            let identity = Element::builder("identity", ns::DISCO_INFO)
                .attr(xml_ncname!("category").to_owned(), identity.0)
                .attr(xml_ncname!("type").to_owned(), identity.1);
            let feature = |var: &&str| {
                Element::builder("feature", ns::DISCO_INFO)
                    .attr(xml_ncname!("var").to_owned(), *var)
                    .build()
            };
            let query = Element::builder("query", ns::DISCO_INFO)
                .attr(xml_ncname!("node").to_owned(), node)
                .append(identity)
                .append_all(features.iter().map(feature));
            Some(Some(query.build()))
        }
        ("query", ns::DISCO_ITEMS) => {
            // Their addresses are this session's, which whoever asks has.
            let item = |verb: Verb| {
                Element::builder("item", ns::DISCO_ITEMS)
                    .attr(xml_ncname!("node").to_owned(), verb.node())
                    .attr(xml_ncname!("name").to_owned(), verb.name())
                    .build()
            };
            let commands = Verb::all().filter(|_| node == Some(adhoc::COMMANDS)).map(item);
            let query = Element::builder("query", ns::DISCO_ITEMS)
                .attr(xml_ncname!("node").to_owned(), node)
                .append_all(commands);
            Some(Some(query.build()))
        }
        _ => None,
    }
}

fn no(request: &Iq, Refusal { kind, condition, why }: Refusal) -> Iq {
    refusal(request, kind, condition, why.as_deref())
}

fn random() -> String {
    let half = || getrandom::u64().unwrap_or_default();
    format!("{:016x}{:016x}", half(), half())
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
