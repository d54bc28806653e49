//! What a person has done with messages in their mailbox: asked of the bridge that reaches it, or done by IMAP where there is
//! none, and taken back.
//!
//! Rows change before that, and change back if it turns out that it couldn't be done. Nothing is queued: if nobody reaches the
//! mailbox, it is said so.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use jid::Jid;
use jiff::Timestamp;
use mailwren_core::account::{INBOX, Subscription};
use mailwren_core::act::{Act, Became, Done, MessageAt};
use mailwren_core::adhoc::{MOST_ITEMS, Outcome, Outcomes, Wish};
use mailwren_core::event::{Dialect, Kind};
use mailwren_core::model::Input;
use mailwren_core::publish::Uid;
use mailwren_core::said::Said;
use mailwren_core::view::{ApiCode, ApiError, Command, Reply, Row};
use tokio::sync::oneshot;
use tokio::task::JoinSet;
use tokio::time::Instant;
use xmpp_parsers::stanza_error::{DefinedCondition as Condition, ErrorType};

use crate::commands::{invalid, store};
use crate::mailbox::Mailbox;
use crate::ports::{AccessError, MailAccess};
use crate::run::Run;
use crate::xmpp::iq::{Asker, IqError};
use crate::xmpp::session::SessionHandle;

/// Nothing is done with more rows at once.
const MOST_ROWS: usize = 500;
/// Limit of one command, also while the connection is interrupted.
const LIMIT: Duration = Duration::from_secs(40);
/// How long something can be taken back, as the bridge has it.
const UNDOABLE: Duration = Duration::from_secs(600);
/// Of so many commands it is remembered how.
const MOST_UNDOABLE: usize = 64;

type Answer = Option<oneshot::Sender<Result<Reply, ApiError>>>;

/// What is on its way, and what can be taken back.
#[derive(Default)]
pub(crate) struct Acts {
    pub(crate) under_way: JoinSet<Finished>,
    undoable: VecDeque<Undoable>,
}

/// What was done by one command.
struct Undoable {
    account: String,
    back: Back,
    act: Act,
    seqs: Vec<i64>,
    since: Instant,
}

/// How something is taken back.
enum Back {
    /// The bridge remembers it under this name.
    Bridge { bridge: Jid, token: String },
    /// It is known what was done.
    Mailbox(Done),
}

/// Who reaches a mailbox.
enum Way {
    /// A bridge, which knows messages by the ids of their items.
    Bridge {
        bridge: Jid,
        asker: Asker,
        at: Subscription,
        items: BTreeMap<String, i64>,
    },
    /// We ourselves, by IMAP.
    Mailbox {
        access: Arc<dyn MailAccess>,
        messages: Vec<(MessageAt, i64)>,
    },
}

/// Rows that are reached in one way.
struct Errand {
    account: String,
    way: Way,
}

/// What became of one command.
struct Told {
    account: String,
    /// With what became of each.
    seqs: Vec<(i64, Outcome)>,
    back: Option<Back>,
    trouble: Option<ActTrouble>,
}

impl Told {
    fn failed(account: &str, messages: &[(MessageAt, i64)]) -> Self {
        Self {
            account: account.to_owned(),
            seqs: messages.iter().map(|(_, seq)| (*seq, Outcome::Failed)).collect(),
            back: None,
            trouble: None,
        }
    }
}

/// Why something wasn't done at all.
#[derive(Debug)]
enum ActTrouble {
    /// The bridge, or the way to it.
    Bridge(IqError),
    /// The mailbox, or the way to it.
    Mailbox(AccessError),
}

/// What became of what a person wanted.
pub(crate) struct Finished {
    what: What,
    told: Vec<Told>,
    /// Whoever asked, if somebody is there.
    answer: Answer,
}

enum What {
    Act(Act),
    Undo(Act),
    /// The rows are marked as they should be, and that the mailbox isn't is nothing to tell a person.
    Quiet,
}

impl Errand {
    async fn carry_out(self, act: Act) -> Vec<Told> {
        let Self { account, way } = self;
        match way {
            Way::Bridge {
                bridge,
                asker,
                at,
                items,
            } => ask_for(account, &bridge, &asker, &at, items, act).await,
            Way::Mailbox { access, messages } => {
                let mut told: Vec<Told> = Vec::new();
                for chunk in messages.chunks(MOST_ROWS) {
                    let not_reached = told.iter().any(|told| told.trouble.is_some());
                    told.push(match not_reached {
                        true => Told::failed(&account, chunk),
                        false => do_it(&account, access.as_ref(), chunk, act).await,
                    });
                }
                told
            }
        }
    }
}

impl Way {
    /// Whether rows that go the other way can go this one, with the same command.
    fn leads_where(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Bridge { at, .. }, Self::Bridge { at: to, .. }) => at == to,
            (Self::Mailbox { .. }, Self::Mailbox { .. }) => true,
            _ => false,
        }
    }

    fn join(&mut self, other: Self) {
        match (self, other) {
            (Self::Bridge { items, .. }, Self::Bridge { items: more, .. }) => items.extend(more),
            (Self::Mailbox { messages, .. }, Self::Mailbox { messages: more, .. }) => messages.extend(more),
            _ => {}
        }
    }
}

async fn ask_for(
    account: String,
    bridge: &Jid,
    asker: &Asker,
    at: &Subscription,
    items: BTreeMap<String, i64>,
    act: Act,
) -> Vec<Told> {
    let mut told: Vec<Told> = Vec::new();
    let rows: Vec<(String, i64)> = items.into_iter().collect();
    for chunk in rows.chunks(MOST_ITEMS) {
        // Who isn't there isn't asked time and again.
        if let Some(last) = told.last_mut().filter(|last| last.trouble.is_some()) {
            last.seqs.extend(chunk.iter().map(|(_, seq)| (*seq, Outcome::Failed)));
            continue;
        }
        let wish = Wish::Act {
            act,
            at: at.clone(),
            items: chunk.iter().map(|(item, _)| item.clone()).collect(),
        };
        let answered = ask(asker, bridge, &wish).await;
        let (outcomes, trouble) = match answered {
            Ok(outcomes) => (outcomes, None),
            Err(trouble) => (Outcomes::default(), Some(ActTrouble::Bridge(trouble))),
        };
        told.push(Told {
            account: account.clone(),
            seqs: chunk.iter().map(|(item, seq)| (*seq, outcomes.of(item))).collect(),
            back: outcomes.undo.map(|token| Back::Bridge {
                bridge: bridge.clone(),
                token,
            }),
            trouble,
        });
    }
    told
}

async fn do_it(account: &str, access: &dyn MailAccess, messages: &[(MessageAt, i64)], act: Act) -> Told {
    let places: Vec<MessageAt> = messages.iter().map(|(place, _)| place.clone()).collect();
    match access.act(&places, act).await {
        Ok(done) => Told {
            account: account.to_owned(),
            seqs: messages
                .iter()
                .map(|(_, seq)| *seq)
                .zip(done.messages.iter().map(outcome))
                .collect(),
            back: done.changed().then_some(Back::Mailbox(done)),
            trouble: None,
        },
        Err(trouble) => Told {
            trouble: Some(ActTrouble::Mailbox(trouble)),
            ..Told::failed(account, messages)
        },
    }
}

const fn outcome(became: &Became) -> Outcome {
    match became {
        Became::Changed { .. } | Became::Already => Outcome::Done,
        Became::Missing => Outcome::Missing,
        Became::Failed { .. } => Outcome::Failed,
    }
}

async fn ask(asker: &Asker, bridge: &Jid, wish: &Wish) -> Result<Outcomes, IqError> {
    let answer = tokio::time::timeout(LIMIT, asker.set(bridge, wish.command())).await;
    let answer = answer.unwrap_or(Err(IqError::Timeout))?;
    // What isn't an answer isn't one in time.
    answer.as_ref().and_then(Outcomes::read).ok_or(IqError::Timeout)
}

/// Who takes something back.
enum Undoer {
    Bridge(Option<Asker>),
    Mailbox(Option<Arc<dyn MailAccess>>),
}

impl Undoer {
    async fn take_back(self, back: Back) -> (Outcome, Option<ActTrouble>) {
        match (self, back) {
            (Self::Bridge(Some(asker)), Back::Bridge { bridge, token }) => {
                match ask(&asker, &bridge, &Wish::Undo { token }).await {
                    Ok(outcomes) if outcomes.items.iter().all(|(_, o)| *o == Outcome::Done) => (Outcome::Done, None),
                    Ok(_) => (Outcome::Failed, None),
                    Err(trouble) => (Outcome::Failed, Some(ActTrouble::Bridge(trouble))),
                }
            }
            (Self::Mailbox(Some(access)), Back::Mailbox(done)) => match access.undo(&done).await {
                Ok(undone) if undone.messages.iter().all(|became| outcome(became) == Outcome::Done) => {
                    (Outcome::Done, None)
                }
                Ok(_) => (Outcome::Failed, None),
                Err(trouble) => (Outcome::Failed, Some(ActTrouble::Mailbox(trouble))),
            },
            _ => (Outcome::Failed, Some(ActTrouble::Bridge(IqError::Ended))),
        }
    }
}

impl Run {
    /// Has something done with the messages of rows; the answer comes once the bridge has answered.
    pub(crate) async fn act(&mut self, seqs: Vec<i64>, act: Act, answer: Answer) {
        if !act.moves() {
            let read = act == Act::Read;
            let marked = self.command(Command::Mark { seqs, read }).await;
            return tell(answer, marked);
        }
        let chosen = seqs.clone();
        match self.set_out(seqs, act).await {
            Ok(errands) => {
                let asked = async move {
                    let told = futures::future::join_all(errands.into_iter().map(|errand| errand.carry_out(act))).await;
                    Finished {
                        what: What::Act(act),
                        told: told.into_iter().flatten().collect(),
                        answer,
                    }
                };
                self.acts.under_way.spawn(asked);
            }
            Err(error) => match answer {
                Some(answer) => drop(answer.send(Err(error))),
                None => self.not_done(act, chosen, &error).await,
            },
        }
    }

    /// Finds out whom to ask, and has the rows gone.
    async fn set_out(&mut self, seqs: Vec<i64>, act: Act) -> Result<Vec<Errand>, ApiError> {
        if seqs.len() > MOST_ROWS {
            return Err(invalid(Said::word("api-most-mails").with("most", MOST_ROWS)));
        }
        let rows = self.rows(&seqs).await?;
        let there: Vec<Row> = rows.into_iter().filter(is_there).collect();
        if there.is_empty() {
            return Err(ApiError::new(ApiCode::NotFound, Said::word("act-no-mail")));
        }
        let (errands, left_out) = self.errands(&there);
        if let Some(row) = left_out.first() {
            return Err(unreached(row));
        }
        let seqs = there.iter().map(|row| row.seq).collect();
        let gone = self.store.act(seqs, act, Timestamp::now()).await.map_err(store)?;
        self.show(gone).await;
        Ok(errands)
    }

    /// Marks messages in the mailbox as their rows were marked, where a bridge reaches it.
    pub(crate) fn mark_in_mailbox(&mut self, rows: &[Row], read: bool) {
        // What was taken back a moment ago is published again once the mailbox has it unread.
        let rows: Vec<Row> = rows.iter().filter(|row| !read || is_there(row)).cloned().collect();
        let (errands, _) = self.errands(&rows);
        if errands.is_empty() {
            return;
        }
        let act = if read { Act::Read } else { Act::Unread };
        let asked = async move {
            let told = futures::future::join_all(errands.into_iter().map(|errand| errand.carry_out(act))).await;
            Finished {
                what: What::Quiet,
                told: told.into_iter().flatten().collect(),
                answer: None,
            }
        };
        self.acts.under_way.spawn(asked);
    }

    /// Takes back what was done with the messages of rows.
    pub(crate) async fn undo_act(&mut self, seqs: &[i64], answer: Answer) {
        let undoable = &mut self.acts.undoable;
        undoable.retain(|one| one.since.elapsed() < UNDOABLE);
        let (meant, others) = std::mem::take(undoable)
            .into_iter()
            .partition(|one| one.seqs.iter().any(|seq| seqs.contains(seq)));
        self.acts.undoable = others;
        let meant: VecDeque<Undoable> = meant;
        let Some(act) = meant.front().map(|one| one.act) else {
            return tell(answer, Err(refused(Said::word("act-no-undo"))));
        };
        let back = meant.iter().flat_map(|one| one.seqs.iter().copied()).collect();
        match self.store.undone(back).await {
            Ok(rows) => self.show(rows).await,
            Err(error) => return tell(answer, Err(store(error))),
        }
        let with_undoers: Vec<(Undoable, Undoer)> = meant
            .into_iter()
            .map(|one| {
                let undoer = match one.back {
                    Back::Bridge { .. } => {
                        Undoer::Bridge(self.sessions.get(&one.account).and_then(SessionHandle::asker))
                    }
                    Back::Mailbox(_) => Undoer::Mailbox(self.mailboxes.get(&one.account).map(Mailbox::access)),
                };
                (one, undoer)
            })
            .collect();
        let asked = async move {
            let mut told = Vec::new();
            for (one, undoer) in with_undoers {
                let (outcome, trouble) = undoer.take_back(one.back).await;
                told.push(Told {
                    account: one.account,
                    seqs: one.seqs.into_iter().map(|seq| (seq, outcome)).collect(),
                    back: None,
                    trouble,
                });
            }
            Finished {
                what: What::Undo(act),
                told,
                answer,
            }
        };
        self.acts.under_way.spawn(asked);
    }

    /// A bridge has answered, or won't.
    pub(crate) async fn finished(&mut self, Finished { what, told, answer }: Finished) {
        let (done, not): (Vec<_>, Vec<_>) = told
            .iter()
            .flat_map(|told| told.seqs.iter().copied())
            .partition(|(_, outcome)| *outcome == Outcome::Done);
        let done: Vec<i64> = done.into_iter().map(|(seq, _)| seq).collect();
        let undoable = told.iter().any(|told| told.back.is_some());
        let count = u32::try_from(done.len()).unwrap_or(u32::MAX);
        let missing = not.iter().filter(|(_, outcome)| *outcome == Outcome::Missing).count();
        let back: Vec<i64> = not.iter().map(|(seq, _)| *seq).collect();
        let trouble = trouble(&told, missing, back.len());
        let undone = match what {
            What::Quiet => {
                if let Some(error) = trouble {
                    tracing::info!(%error, "the mailbox isn't marked");
                }
                return;
            }
            What::Act(act) => {
                for told in told {
                    let Some(back) = told.back else { continue };
                    self.acts.undoable.push_back(Undoable {
                        account: told.account,
                        back,
                        act,
                        seqs: told.seqs.iter().map(|(seq, _)| *seq).collect(),
                        since: Instant::now(),
                    });
                }
                while self.acts.undoable.len() > MOST_UNDOABLE {
                    self.acts.undoable.pop_front();
                }
                self.store.not_acted(back.clone()).await
            }
            What::Undo(act) => self.store.act(back.clone(), act, Timestamp::now()).await,
        };
        match undone {
            Ok(rows) => self.show(rows).await,
            Err(error) => tracing::error!(%error, "rows can't be put back"),
        }
        match (answer, trouble, what) {
            (Some(answer), Some(error), _) if count == 0 => drop(answer.send(Err(error))),
            (Some(answer), trouble, _) => {
                let trouble = trouble.map(|error| error.message);
                // The face may have left.
                answer.send(Ok(Reply::Acted { count, trouble })).ok();
            }
            (None, Some(error), What::Act(act)) => self.not_done(act, back, &error).await,
            (None, None, What::Act(act)) if undoable => {
                let rows = self.rows(&done).await.unwrap_or_default();
                self.feed(Input::Done { act, rows }).await;
            }
            (None, ..) => {}
        }
    }

    /// What was chosen at a popup couldn't be done, which only another popup can tell.
    async fn not_done(&mut self, act: Act, seqs: Vec<i64>, error: &ApiError) {
        let rows = self.rows(&seqs).await.unwrap_or_default();
        let why = match &error.hint {
            Some(hint) => Said::word("popup-why")
                .with("what", error.message.clone())
                .with("hint", hint.clone()),
            None => error.message.clone(),
        };
        self.feed(Input::NotDone { act, rows, why }).await;
    }

    async fn rows(&self, seqs: &[i64]) -> Result<Vec<Row>, ApiError> {
        let mut rows = Vec::new();
        for seq in seqs {
            rows.extend(self.store.row(*seq).await.map_err(store)?);
        }
        Ok(rows)
    }

    async fn show(&mut self, rows: Vec<Row>) {
        if !rows.is_empty() {
            self.feed(Input::Changed(rows)).await;
            self.recount().await;
        }
    }

    /// Whom to ask about rows, node by node; and the rows that nobody can be asked about.
    fn errands<'a>(&self, rows: &'a [Row]) -> (Vec<Errand>, Vec<&'a Row>) {
        let mut errands: Vec<Errand> = Vec::new();
        let mut left_out = Vec::new();
        for row in rows {
            let Some(way) = self.way(row) else {
                left_out.push(row);
                continue;
            };
            let same = |other: &&mut Errand| other.account == row.account && other.way.leads_where(&way);
            match errands.iter_mut().find(same) {
                Some(errand) => errand.way.join(way),
                None => errands.push(Errand {
                    account: row.account.clone(),
                    way,
                }),
            }
        }
        (errands, left_out)
    }

    /// A bridge knows the mailbox best; without one that offers it, it is reached by IMAP.
    fn way(&self, row: &Row) -> Option<Way> {
        if row.event.kind != Kind::New {
            return None;
        }
        self.by_bridge(row).or_else(|| self.by_imap(row))
    }

    fn by_bridge(&self, row: &Row) -> Option<Way> {
        let event = &row.event;
        let at = Subscription {
            service: event.service.clone()?,
            node: event.node.clone()?,
        };
        let offer = self
            .model
            .offer(&row.account)
            .filter(|offer| offer.nodes.contains(&at))?;
        Some(Way::Bridge {
            bridge: offer.jid.clone().into(),
            asker: self.sessions.get(&row.account)?.asker()?,
            at,
            items: BTreeMap::from([(event.item.clone()?, row.seq)]),
        })
    }

    fn by_imap(&self, row: &Row) -> Option<Way> {
        let mailbox = self.mailboxes.get(&row.account)?;
        let event = &row.event;
        // Items of the account's own node may be of this mailbox or of another one: there the Message-ID says which it is.
        let seen_here = event.dialect == Dialect::Imap;
        if !seen_here && event.service.as_deref() != Some(row.account.as_str()) {
            return None;
        }
        let uid = |number: Option<u64>| u32::try_from(number?).ok();
        let uid = uid(event.uid).zip(uid(event.uidvalidity));
        let message = MessageAt {
            folder: event.mailbox.clone().unwrap_or_else(|| INBOX.to_owned()),
            uid: uid
                .filter(|_| seen_here)
                .map(|(uid, uidvalidity)| Uid { uidvalidity, uid }),
            message_id: event.message_id.clone(),
        };
        // By one of the two it is found.
        let named = message.uid.is_some() || message.message_id.is_some();
        named.then(|| Way::Mailbox {
            access: mailbox.access(),
            messages: vec![(message, row.seq)],
        })
    }
}
/// Whether a row's message should be where it was.
fn is_there(row: &Row) -> bool {
    row.event.kind == Kind::New && row.gone_at.is_none() && !row.replaced
}

fn tell(answer: Answer, result: Result<Reply, ApiError>) {
    match answer {
        // The face may have left.
        Some(answer) => drop(answer.send(result)),
        None => {
            if let Err(error) = result {
                tracing::warn!(%error, "what was chosen couldn't be done");
            }
        }
    }
}

const fn refused(message: Said) -> ApiError {
    ApiError::new(ApiCode::Refused, message)
}

fn unreached(row: &Row) -> ApiError {
    refused(Said::word("act-unreached").with("account", &row.account)).hint(Said::word("act-unreached-do"))
}

/// What couldn't be done, in one sentence.
fn trouble(told: &[Told], missing: usize, not_done: usize) -> Option<ApiError> {
    let error = match told.iter().find_map(|told| told.trouble.as_ref()) {
        Some(ActTrouble::Mailbox(AccessError(why))) => no_mailbox(why.clone()),
        Some(ActTrouble::Bridge(error)) => bridge_trouble(error),
        None if not_done == 0 => return None,
        None if missing == not_done => refused(Said::word("act-missing").with("n", missing)),
        None => refused(Said::word("act-refused")),
    };
    Some(error)
}

fn no_mailbox(why: Said) -> ApiError {
    refused(Said::word("act-no-mailbox").with("why", why)).hint(Said::word("act-again-do"))
}

fn bridge_trouble(error: &IqError) -> ApiError {
    match error {
        IqError::Refused(stanza) => match (&stanza.defined_condition, &stanza.type_) {
            // It was here a moment ago: its session has ended, and the next one tells where it is.
            (Condition::ServiceUnavailable | Condition::RecipientUnavailable | Condition::RemoteServerNotFound, _) => {
                refused(Said::word("act-no-bridge")).hint(Said::word("act-no-bridge-do"))
            }
            (Condition::Forbidden, _) => refused(Said::word("act-forbidden")),
            (_, ErrorType::Wait) => no_mailbox(error.said()),
            _ => refused(Said::word("act-bridge-refused").with("why", error.said())),
        },
        IqError::Timeout => refused(Said::word("act-bridge-silent")),
        IqError::Ended => refused(Said::word("act-bridge-lost")),
    }
}
