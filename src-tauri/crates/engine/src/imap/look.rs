//! Looking into folders: what came, what became of what is known, and saying so to whoever wants to know.

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::Timestamp;
use mailwren_core::link::FailureClass;
use mailwren_core::mirror::{FIRST_SIGHT_DAYS, Look, Newest, Opened, Position, Standing, sets, within};
use mailwren_core::publish::{Envelope, MESSAGE_BYTES, Uid};
use mailwren_core::said::Said;

use super::ImapError;
use super::access::Connected;
use super::folders::Folders;
use super::response::{Answer, Code, Condition, Message, Status, Told};
use super::wire::{Limits, USUAL};

/// How long it listens before it makes sure that the server is still there. A NAT router forgets a silent connection in
/// five minutes.
pub(crate) const RENEW: Duration = Duration::from_secs(240);
/// How often folders are asked for of which the server tells nothing by itself.
pub(crate) const ASK: Duration = Duration::from_secs(60);
/// What only a person can mend is tried again after so long all the same, in case that a server refused in error.
pub(crate) const PARKED: Duration = Duration::from_secs(3_600);

/// Of a message so many bytes are fetched; who wrote, about what, and first words mostly stand there. Where they don't,
/// [`MESSAGE_BYTES`] are.
const TEXT: usize = 64 << 10;
/// So many messages are fetched by one command.
const BATCH: usize = 8;
/// So many UIDs stand in one command.
const SET: usize = 300;
/// What is unread of a month, in a mailbox that nobody reads, is a long line.
const SEARCH: Limits = Limits { line: 1 << 20, ..USUAL };
/// How often a folder is looked at that changes while it is.
const LOOKS: usize = 5;

/// Whoever is told what is seen in a mailbox, and knows how far that was told.
pub(crate) trait Sight: Send {
    /// What logs call the mailbox.
    fn name(&self) -> &str;
    /// How far a folder is known.
    fn position(&self, folder: &str) -> Option<&Position>;
    /// All folders of which it is known how far.
    fn folders(&self) -> Vec<String>;
    /// A message is unread.
    fn arrived(
        &mut self,
        folder: &str,
        id: Uid,
        envelope: Envelope,
    ) -> impl Future<Output = Result<(), SightError>> + Send;
    /// A message that was unread is so no longer: read, moved or deleted.
    fn gone(&mut self, folder: &str, id: Uid) -> impl Future<Output = Result<(), SightError>> + Send;
    /// How far a folder is known now, or `None` to forget that. What was told of it before must not be lost once this is kept.
    fn keep(&mut self, folder: &str, position: Option<Position>)
    -> impl Future<Output = Result<(), SightError>> + Send;
}

/// Why what was seen can't be taken in.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub(crate) struct SightError(#[from] pub(crate) Box<dyn std::error::Error + Send + Sync>);

/// Why looking ended.
#[derive(Debug, thiserror::Error)]
#[error("{}", self.said())]
pub(crate) enum LookError {
    /// The mail server, or the way to it.
    Imap(#[from] ImapError),
    /// What was seen can't be taken in.
    Sight(#[from] SightError),
    /// No folder of the configuration is there.
    NoFolder(String),
}

impl LookError {
    /// For people.
    pub(crate) fn said(&self) -> Said {
        match self {
            Self::Imap(error) => error.said(),
            Self::Sight(error) => Said::text(error),
            Self::NoFolder(names) => Said::word("imap-no-folder").with("names", names),
        }
    }

    pub(crate) fn class(&self) -> FailureClass {
        match self {
            Self::Imap(error) => error.class(),
            // It may be made any time; until then it isn't worth a login every minute.
            Self::NoFolder(_) => FailureClass::Untrusted,
            Self::Sight(_) => FailureClass::Transient,
        }
    }
}

/// A connection that looks into a mailbox.
pub(crate) struct Eye<'a, S> {
    client: Connected,
    folders: Vec<Folder>,
    /// The folder that is open, by its place.
    open: Option<usize>,
    /// Whether the server tells what vanished since a certain change.
    qresync: bool,
    sight: &'a mut S,
}

/// A folder that is looked into.
#[derive(Clone)]
struct Folder {
    /// As configured, and in ids of items.
    name: String,
    /// As the server has it, and as an argument.
    wire: String,
    argument: String,
    /// How it stood when it was asked for last.
    stood: Option<Status>,
    /// Whether it could be opened the last time.
    seen: bool,
}

impl<'a, S: Sight> Eye<'a, S> {
    pub(crate) async fn new(mut client: Connected, names: &[String], sight: &'a mut S) -> Result<Self, LookError> {
        let listed = Folders::list(&mut client).await?;
        let mut folders = Vec::new();
        for name in names {
            let (wire, argument) = (listed.on_the_wire(name), listed.argument(name)?);
            if !listed.has(&wire) {
                tracing::warn!(mailbox = sight.name(), folder = name, "there is no such folder");
                continue;
            }
            folders.push(Folder {
                name: name.clone(),
                wire,
                argument,
                stood: None,
                seen: false,
            });
        }
        if folders.is_empty() {
            return Err(LookError::NoFolder(names.join(", ")));
        }
        let qresync = client.can("QRESYNC") && client.can("ENABLE");
        if qresync {
            client.command("ENABLE", "ENABLE QRESYNC", USUAL, |_| {}).await?;
        }
        Ok(Self {
            client,
            folders,
            open: None,
            qresync,
            sight,
        })
    }

    /// The folders that were looked into.
    pub(crate) fn seen(&self) -> impl Iterator<Item = &str> {
        let seen = self.folders.iter().filter(|folder| folder.seen);
        seen.map(|folder| folder.name.as_str())
    }

    /// Ends in order.
    pub(crate) async fn close(self) {
        self.client.close().await;
    }

    /// Takes back what is known of folders that aren't looked into any more.
    pub(crate) async fn forget_others(&mut self) -> Result<(), LookError> {
        for folder in self.sight.folders() {
            if self.folders.iter().any(|configured| configured.name == folder) {
                continue;
            }
            self.take_back_all(&folder).await?;
            self.sight.keep(&folder, None).await?;
        }
        Ok(())
    }

    /// Asks to be told of all folders (RFC 5465); says whether the server will. One folder is told of by IDLE.
    pub(crate) async fn be_told(&mut self) -> Result<bool, LookError> {
        if self.folders.len() == 1 {
            return Ok(self.client.can("IDLE"));
        }
        if !self.client.can("NOTIFY") || !self.client.can("IDLE") {
            return Ok(false);
        }
        let events = "(MessageNew MessageExpunge FlagChange)";
        let folders: Vec<&str> = self.folders.iter().map(|folder| folder.argument.as_str()).collect();
        let command = format!(
            "NOTIFY SET (SELECTED {events}) (MAILBOXES ({}) {events})",
            folders.join(" ")
        );
        let answer = self.client.try_command(&command, USUAL, |_| {}).await?;
        if answer.condition != Condition::Ok {
            tracing::info!(
                mailbox = self.sight.name(),
                why = answer.text,
                "NOTIFY is refused: it asks instead"
            );
        }
        Ok(answer.condition == Condition::Ok)
    }

    /// Listens to the folder that is open, and to others if the server tells of them, until something calls for a look, or
    /// `enough` does.
    pub(crate) async fn listen(&mut self, limit: Duration, enough: impl Future<Output = ()>) -> Result<(), LookError> {
        if self.client.noticed.any() {
            return Ok(());
        }
        if self.client.can("IDLE") {
            self.client.listen(limit, enough).await?;
        } else {
            tokio::time::timeout(limit, enough).await.ok();
            self.client.command("NOOP", "NOOP", USUAL, |_| {}).await?;
        }
        Ok(())
    }

    /// Whether something calls for a look.
    pub(crate) fn noticed(&self) -> bool {
        self.client.noticed.any()
    }

    /// Asks how all other folders stand, and has those looked at that stand otherwise than before.
    pub(crate) async fn ask_elsewhere(&mut self) -> Result<(), LookError> {
        let modseq = if self.qresync { " HIGHESTMODSEQ" } else { "" };
        for nth in 0..self.folders.len() {
            let Some(folder) = self.folders.get_mut(nth).filter(|_| self.open != Some(nth)) else {
                continue;
            };
            let command = format!(
                "STATUS {} (MESSAGES UIDNEXT UIDVALIDITY UNSEEN{modseq})",
                folder.argument
            );
            let mut stands = None;
            let take = |told| {
                if let Told::Status(status) = told
                    && status.name == folder.wire
                {
                    stands = Some(status);
                }
            };
            self.client.try_command(&command, USUAL, take).await?;
            if stands == folder.stood {
                self.client.noticed.elsewhere.remove(&folder.wire);
            } else {
                self.client.noticed.elsewhere.insert(folder.wire.clone());
                folder.stood = stands;
            }
        }
        Ok(())
    }

    /// Looks into all folders, first into the first one, which is left open.
    pub(crate) async fn look_everywhere(&mut self) -> Result<(), LookError> {
        for nth in 0..self.folders.len() {
            self.visit(nth).await?;
        }
        if self.open != Some(0) {
            self.visit(0).await?;
        }
        Ok(())
    }

    /// Looks into those folders of which something was told.
    pub(crate) async fn look_where_told(&mut self) -> Result<(), LookError> {
        for _ in 0..LOOKS {
            let told = std::mem::take(&mut self.client.noticed.elsewhere);
            let there = |folder: &Folder| told.contains(&folder.wire);
            let mut away: Vec<usize> = Vec::new();
            for (nth, folder) in self.folders.iter().enumerate() {
                if there(folder) && self.open != Some(nth) {
                    away.push(nth);
                }
            }
            let stay = away.is_empty();
            for nth in away {
                self.visit(nth).await?;
            }
            if stay && self.open == Some(0) {
                self.look_again(0).await?;
            } else {
                self.visit(0).await?;
            }
            if !self.client.noticed.any() {
                break;
            }
        }
        Ok(())
    }

    /// Opens a folder and looks into it.
    async fn visit(&mut self, nth: usize) -> Result<(), LookError> {
        let Some(folder) = self.folders.get(nth).cloned() else {
            return Ok(());
        };
        let mut opened = Opened::default();
        let mut take = |told| {
            if let Told::Answer(Answer { code: Some(code), .. }) = told {
                match code {
                    Code::UidValidity(value) => opened.uidvalidity = value,
                    Code::UidNext(uid) => opened.next = Some(uid),
                    Code::HighestModSeq(number) => opened.modseq = Some(number),
                    _ => {}
                }
            }
        };
        // Nothing can be changed by it, not even \Recent.
        let command = format!("EXAMINE {}", folder.argument);
        let answer = self.client.try_command(&command, USUAL, &mut take).await?;
        self.open = Some(nth);
        self.client.noticed.here = false;
        self.client.noticed.elsewhere.remove(&folder.wire);
        if answer.condition != Condition::Ok || opened.uidvalidity == 0 {
            self.open = None;
            self.set_seen(nth, false);
            tracing::warn!(
                mailbox = self.sight.name(),
                folder = folder.name,
                why = answer.text,
                "it can't be opened"
            );
            return Ok(());
        }
        if opened.next.is_none() {
            let uids = self.standings("*", None).await?.0;
            opened.next = Some(
                uids.iter()
                    .map(|standing| standing.uid)
                    .max()
                    .unwrap_or(0)
                    .saturating_add(1),
            );
        }
        let known = self.sight.position(&folder.name);
        match Position::look(known, &opened, self.qresync) {
            Look::First => self.first_look(nth, &opened).await?,
            look => self.look(nth, look, opened.modseq).await?,
        }
        self.set_seen(nth, true);
        self.look_again(nth).await
    }

    fn set_seen(&mut self, nth: usize, seen: bool) {
        if let Some(folder) = self.folders.get_mut(nth) {
            folder.seen = seen;
        }
    }

    /// Looks into the folder that is open for as long as it is told to change.
    async fn look_again(&mut self, nth: usize) -> Result<(), LookError> {
        for _ in 0..LOOKS {
            if !std::mem::take(&mut self.client.noticed.here) {
                break;
            }
            let Some(folder) = self.folders.get(nth) else { break };
            let Some(known) = self.sight.position(&folder.name) else {
                break;
            };
            let look = Look::Again {
                arrivals: true,
                since: known.modseq.filter(|_| self.qresync),
            };
            self.look(nth, look, None).await?;
        }
        Ok(())
    }

    /// Publishes what is unread of the last weeks. If there was something before, its UIDs mean nothing any more.
    async fn first_look(&mut self, nth: usize, opened: &Opened) -> Result<(), LookError> {
        let Some(name) = self.folders.get(nth).map(|folder| folder.name.clone()) else {
            return Ok(());
        };
        self.take_back_all(&name).await?;
        let days = i64::from(FIRST_SIGHT_DAYS) * 86_400;
        let since = Timestamp::from_second(Timestamp::now().as_second().saturating_sub(days)).unwrap_or_default();
        let command = format!("UID SEARCH UNSEEN UNDELETED SINCE {}", since.strftime("%d-%b-%Y"));
        let mut position = Position::first(opened);
        let mut newest = Newest::default();
        let take = |told| {
            if let Told::Found(uids) = told {
                for uid in uids.into_iter().filter(|uid| *uid < position.next) {
                    newest.add(Standing { uid, unread: true });
                }
            }
        };
        self.client.command("SEARCH", &command, SEARCH, take).await?;
        self.publish(&name, &mut position, newest.into_uids()).await?;
        self.sight.keep(&name, Some(position)).await?;
        // What changed meanwhile.
        self.client.noticed.here = true;
        Ok(())
    }

    async fn look(&mut self, nth: usize, look: Look, modseq: Option<u64>) -> Result<(), LookError> {
        let Look::Again { arrivals, since } = look else {
            return Ok(());
        };
        let Some(name) = self.folders.get(nth).map(|folder| folder.name.clone()) else {
            return Ok(());
        };
        let Some(mut position) = self.sight.position(&name).cloned() else {
            return Ok(());
        };
        if arrivals {
            let (mut newest, mut next) = (Newest::default(), position.next);
            for standing in self.standings(&format!("{next}:*"), None).await?.0 {
                // Where nothing is new, the last one is told of.
                if standing.uid >= position.next {
                    newest.add(standing);
                    next = next.max(standing.uid.saturating_add(1));
                }
            }
            self.publish(&name, &mut position, newest.into_uids()).await?;
            position.advance(next);
            self.sight.keep(&name, Some(position.clone())).await?;
        }
        let mut told = Vec::new();
        let mut vanished = Vec::new();
        let mut newest_change = modseq;
        for set in sets(&position.known(), SET) {
            let (standings, gone, change) = self.standings(&set, since).await?;
            told.extend(standings);
            vanished.extend(gone);
            newest_change = newest_change.max(change);
        }
        let changes = position.compare(&told, |uid| since.is_none() || within(&vanished, uid));
        for uid in changes.gone {
            self.take_back(&name, position.uidvalidity, uid).await?;
            position.taken_back(uid);
        }
        let again = changes.again.into_iter().collect();
        self.publish(&name, &mut position, again).await?;
        position.modseq = newest_change.or(position.modseq);
        Ok(self.sight.keep(&name, Some(position)).await?)
    }

    /// How messages stand, or those of them that changed, and which vanished; and the newest change.
    async fn standings(
        &mut self,
        set: &str,
        since: Option<u64>,
    ) -> Result<(Vec<Standing>, Vec<std::ops::RangeInclusive<u32>>, Option<u64>), LookError> {
        let since = since.map_or_else(String::new, |since| format!(" (CHANGEDSINCE {since} VANISHED)"));
        let (mut standings, mut vanished, mut newest) = (Vec::new(), Vec::new(), None);
        let take = |told| match told {
            Told::Message(message) => {
                newest = newest.max(message.modseq);
                standings.extend(standing(&message));
            }
            Told::Vanished { uids, .. } => vanished.extend(uids),
            _ => {}
        };
        let command = format!("UID FETCH {set} (UID FLAGS){since}");
        self.client.command("FETCH", &command, USUAL, take).await?;
        Ok((standings, vanished, newest))
    }

    /// Publishes messages, those that are still unread, in order.
    async fn publish(&mut self, folder: &str, position: &mut Position, uids: BTreeSet<u32>) -> Result<(), LookError> {
        let all: Vec<u32> = uids.iter().copied().collect();
        for batch in all.chunks(BATCH) {
            let mut texts = self.texts_of(batch).await?;
            texts.sort_by_key(|message| message.uid);
            for message in texts {
                let (Some(uid), Some(text)) = (message.uid.filter(|uid| uids.contains(uid)), &message.text) else {
                    continue;
                };
                if standing(&message).is_some_and(|standing| !standing.unread) {
                    continue;
                }
                let mut envelope = Envelope::of_message(text);
                if envelope.snippet.is_none() && text.len() >= TEXT {
                    // Long headers, or a file, stand before the words.
                    let (more, _) = self.texts(&uid.to_string(), MESSAGE_BYTES).await?;
                    let more = more.iter().find(|more| more.uid == Some(uid));
                    envelope = more
                        .and_then(|more| more.text.as_deref())
                        .map_or(envelope, Envelope::of_message);
                }
                envelope.date = envelope.date.or_else(|| arrival(message.arrived.as_deref()?));
                let id = Uid {
                    uidvalidity: position.uidvalidity,
                    uid,
                };
                self.sight.arrived(folder, id, envelope).await?;
                position.published(uid);
            }
        }
        Ok(())
    }

    /// The beginnings of messages. One that the server can't read itself is there all the same, with nothing in it; a server that
    /// can't even say that is asked again later.
    async fn texts_of(&mut self, uids: &[u32]) -> Result<Vec<Message>, LookError> {
        let set = sets(&uids.iter().copied().collect(), BATCH).join(",");
        let (mut texts, whole) = self.texts(&set, TEXT).await?;
        if whole {
            return Ok(texts);
        }
        for uid in uids {
            if texts.iter().any(|message| message.uid == Some(*uid)) {
                continue;
            }
            let (alone, whole) = self.texts(&uid.to_string(), TEXT).await?;
            texts.extend(alone);
            if whole {
                continue;
            }
            let command = format!("UID FETCH {uid} (UID FLAGS INTERNALDATE)");
            let take = |told| {
                if let Told::Message(message) = told {
                    texts.push(Message {
                        text: Some(Vec::new()),
                        ..message
                    });
                }
            };
            self.client.command("FETCH", &command, USUAL, take).await?;
        }
        Ok(texts)
    }

    /// The beginnings of messages, so many bytes of each; and whether the server told all that it has of them.
    async fn texts(&mut self, set: &str, bytes: usize) -> Result<(Vec<Message>, bool), LookError> {
        let (mut texts, mut more): (Vec<Message>, bool) = (Vec::new(), false);
        let take = |told| {
            if let Told::Message(message) = told {
                let whole = message.text.is_some() && texts.len() < BATCH;
                // A flag that changed just now.
                more |= !whole;
                texts.extend(Some(message).filter(|_| whole));
            }
        };
        let command = format!("UID FETCH {set} (UID FLAGS INTERNALDATE BODY.PEEK[]<0.{bytes}>)");
        let limits = Limits {
            literals: bytes + USUAL.literals,
            ..USUAL
        };
        let answer = self.client.try_command(&command, limits, take).await?;
        let whole = answer.condition == Condition::Ok;
        if !whole {
            tracing::warn!(
                mailbox = self.sight.name(),
                why = answer.text,
                "a message can't be fetched"
            );
        }
        self.client.noticed.here |= more;
        Ok((texts, whole))
    }

    async fn take_back_all(&mut self, folder: &str) -> Result<(), LookError> {
        let Some(position) = self.sight.position(folder).cloned() else {
            return Ok(());
        };
        for uid in &position.published {
            self.take_back(folder, position.uidvalidity, *uid).await?;
        }
        Ok(())
    }

    async fn take_back(&mut self, folder: &str, uidvalidity: u32, uid: u32) -> Result<(), LookError> {
        let uid = Uid { uidvalidity, uid };
        Ok(self.sight.gone(folder, uid).await?)
    }
}

fn standing(message: &Message) -> Option<Standing> {
    let (uid, flags) = (message.uid?, message.flags?);
    Some(Standing {
        uid,
        unread: !flags.seen && !flags.deleted,
    })
}

/// RFC 3501's `date-time`.
fn arrival(text: &str) -> Option<Timestamp> {
    Timestamp::strptime("%d-%b-%Y %H:%M:%S %z", text.trim()).ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_servers_date_is_read() {
        let first = arrival(" 7-Jul-2026 02:44:25 -0700").unwrap();
        assert_eq!(first.to_string(), "2026-07-07T09:44:25Z");
        assert_eq!(arrival("17-Foo-2026"), None);
    }
}
