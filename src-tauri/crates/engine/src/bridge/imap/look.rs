//! Looking into folders: what came, what became of what is published, and saying so to the bridge.

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::Timestamp;
use mailwren_core::link::FailureClass;
use mailwren_core::mirror::{FIRST_SIGHT_DAYS, Look, Newest, Opened, Position, Standing, sets, within};
use mailwren_core::publish::{Envelope, MESSAGE_BYTES, Uid};
use tokio::sync::watch;

use super::positions::Positions;
use crate::bridge::config::Mailbox;
use crate::bridge::intake::Intake;
use crate::imap::ImapError;
use crate::imap::access::Connected;
use crate::imap::folders::Folders;
use crate::imap::response::{Answer, Code, Condition, Message, Status, Told};
use crate::imap::wire::{Limits, USUAL};
use crate::outbox::OutboxError;

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

/// Why looking ended.
#[derive(Debug, thiserror::Error)]
pub(super) enum LookError {
    /// The mail server, or the way to it.
    #[error(transparent)]
    Imap(#[from] ImapError),
    /// What was seen can't be put into the outbox.
    #[error(transparent)]
    Outbox(#[from] OutboxError),
    /// How far a folder is published can't be kept.
    #[error("how far it is published can't be kept: {0}")]
    Positions(#[from] std::io::Error),
    /// No folder of the configuration is there.
    #[error("none of its folders is there: {0}")]
    NoFolder(String),
}

impl LookError {
    pub(super) fn class(&self) -> FailureClass {
        match self {
            Self::Imap(error) => error.class(),
            // It may be made any time; until then it isn't worth a login every minute.
            Self::NoFolder(_) => FailureClass::Untrusted,
            Self::Outbox(_) | Self::Positions(_) => FailureClass::Transient,
        }
    }
}

/// A connection that looks into a mailbox.
pub(super) struct Eye<'a> {
    client: Connected,
    folders: Vec<Folder>,
    /// The folder that is open, by its place.
    open: Option<usize>,
    /// Whether the server tells what vanished since a certain change.
    qresync: bool,
    mailbox: &'a Mailbox,
    intake: &'a Intake,
    positions: &'a mut Positions,
}

/// A folder that is published.
#[derive(Clone)]
struct Folder {
    /// As configured, and in item ids.
    name: String,
    /// As the server has it, and as an argument.
    wire: String,
    argument: String,
    /// How it stood when it was asked for last.
    stood: Option<Status>,
}

impl<'a> Eye<'a> {
    pub(super) async fn new(
        mut client: Connected,
        names: &[String],
        mailbox: &'a Mailbox,
        intake: &'a Intake,
        positions: &'a mut Positions,
    ) -> Result<Self, LookError> {
        let listed = Folders::list(&mut client).await?;
        let mut folders = Vec::new();
        for name in names {
            let (wire, argument) = (listed.on_the_wire(name), listed.argument(name)?);
            if !listed.has(&wire) {
                tracing::warn!(mailbox = mailbox.name, folder = name, "there is no such folder");
                continue;
            }
            folders.push(Folder {
                name: name.clone(),
                wire,
                argument,
                stood: None,
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
            mailbox,
            intake,
            positions,
        })
    }

    /// Takes back what is published of folders that aren't configured any more.
    pub(super) async fn forget_others(&mut self) -> Result<(), LookError> {
        for folder in self.positions.folders() {
            if self.folders.iter().any(|configured| configured.name == folder) {
                continue;
            }
            self.take_back_all(&folder).await?;
            self.positions.set(&folder, None).await?;
        }
        Ok(())
    }

    /// Asks to be told of all folders (RFC 5465); says whether the server will. One folder is told of by IDLE.
    pub(super) async fn be_told(&mut self) -> Result<bool, LookError> {
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
                mailbox = self.mailbox.name,
                why = answer.text,
                "NOTIFY is refused: it asks instead"
            );
        }
        Ok(answer.condition == Condition::Ok)
    }

    /// Listens to the folder that is open, and to others if the server tells of them.
    pub(super) async fn listen(&mut self, limit: Duration, doubt: &mut watch::Receiver<()>) -> Result<(), LookError> {
        if self.client.noticed.any() {
            return Ok(());
        }
        let doubted = async {
            if doubt.changed().await.is_err() {
                std::future::pending().await
            }
        };
        if self.client.can("IDLE") {
            self.client.listen(limit, doubted).await?;
        } else {
            tokio::time::timeout(limit, doubted).await.ok();
            self.client.command("NOOP", "NOOP", USUAL, |_| {}).await?;
        }
        Ok(())
    }

    /// Asks how all other folders stand, and has those looked at that stand otherwise than before.
    pub(super) async fn ask_elsewhere(&mut self) -> Result<(), LookError> {
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

    /// Looks into all folders, and leaves the first one open.
    pub(super) async fn look_everywhere(&mut self) -> Result<(), LookError> {
        for nth in (0..self.folders.len()).rev() {
            self.visit(nth).await?;
        }
        Ok(())
    }

    /// Looks into those folders of which something was told.
    pub(super) async fn look_where_told(&mut self) -> Result<(), LookError> {
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
            tracing::warn!(
                mailbox = self.mailbox.name,
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
        let known = self.positions.get(&folder.name);
        match Position::look(known, &opened, self.qresync) {
            Look::First => self.first_look(nth, &opened).await?,
            look => self.look(nth, look, opened.modseq).await?,
        }
        self.look_again(nth).await
    }

    /// Looks into the folder that is open for as long as it is told to change.
    async fn look_again(&mut self, nth: usize) -> Result<(), LookError> {
        for _ in 0..LOOKS {
            if !std::mem::take(&mut self.client.noticed.here) {
                break;
            }
            let Some(folder) = self.folders.get(nth) else { break };
            let Some(known) = self.positions.get(&folder.name) else {
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
        self.positions.set(&name, Some(position)).await?;
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
        let Some(mut position) = self.positions.get(&name).cloned() else {
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
            self.positions.set(&name, Some(position.clone())).await?;
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
        Ok(self.positions.set(&name, Some(position)).await?)
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
        for set in sets(&uids, BATCH) {
            let mut texts = self.texts(&set, TEXT).await?;
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
                    let more = self.texts(&uid.to_string(), MESSAGE_BYTES).await?;
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
                self.intake.arrived(self.mailbox, folder, id, envelope, None).await?;
                position.published(uid);
            }
        }
        Ok(())
    }

    /// The beginnings of messages, so many bytes of each.
    async fn texts(&mut self, set: &str, bytes: usize) -> Result<Vec<Message>, LookError> {
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
        if answer.condition != Condition::Ok {
            // One that the server can't read itself is no reason not to tell of others.
            tracing::warn!(
                mailbox = self.mailbox.name,
                why = answer.text,
                "a message can't be fetched"
            );
        }
        self.client.noticed.here |= more;
        Ok(texts)
    }

    async fn take_back_all(&mut self, folder: &str) -> Result<(), LookError> {
        let Some(position) = self.positions.get(folder).cloned() else {
            return Ok(());
        };
        for uid in &position.published {
            self.take_back(folder, position.uidvalidity, *uid).await?;
        }
        Ok(())
    }

    async fn take_back(&self, folder: &str, uidvalidity: u32, uid: u32) -> Result<(), LookError> {
        let uid = Uid { uidvalidity, uid };
        Ok(self.intake.gone(self.mailbox, folder, uid, None).await?)
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
