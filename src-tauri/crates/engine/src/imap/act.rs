//! Doing with messages what a person asked for, and undoing it.
//!
//! A message is found by its UID as long as that names it, else by its Message-ID. Nothing is ever destroyed: what is
//! deleted lies in the trash.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::time::Duration;

use mailwren_core::act::{Act, Became, Done, MessageAt};
use mailwren_core::publish::{Envelope, Uid};

use super::access::Access;
use super::client::{Client, Io};
use super::folders::{Folders, Goal, make};
use super::response::{Answer, Code, Condition, Flags, Told};
use super::wire::USUAL;
use super::{ImapError, names};

/// So many messages at once; more are refused.
const MOST: usize = 500;
/// Limit of all of it.
const LIMIT: Duration = Duration::from_secs(60);
/// A message of this Message-ID is looked for among so many that have it, or one like it.
const CANDIDATES: usize = 20;

/// Does something with messages, over a connection of its own.
///
/// # Errors
/// When nothing was done at all. What couldn't be done with single messages is said with each of them.
pub async fn act(access: &Access, messages: &[MessageAt], act: Act) -> Result<Done, ImapError> {
    let steps = messages.iter().map(|message| (message.clone(), None)).collect();
    carry_out(access, act, steps).await
}

/// Undoes what was done: messages go back to where they were, and marks that were set are taken off. What it says was
/// done can be undone in turn, by the act itself.
///
/// # Errors
/// As [`act`].
pub async fn undo(access: &Access, done: &Done) -> Result<Done, ImapError> {
    let reverse = match done.act {
        Act::Read => Act::Unread,
        Act::Unread => Act::Read,
        moved => moved,
    };
    let steps = done.messages.iter().filter_map(|became| match became {
        Became::Changed { was, now } => Some((now.clone(), reverse.moves().then(|| was.folder.clone()))),
        _ => None,
    });
    carry_out(access, reverse, steps.collect()).await
}

/// A message, and the folder that it goes to, if that isn't the act's own.
type Step = (MessageAt, Option<String>);

async fn carry_out(access: &Access, act: Act, steps: Vec<Step>) -> Result<Done, ImapError> {
    let mut messages: Vec<Became> = Vec::new();
    messages.resize(steps.len(), Became::Missing);
    if steps.len() > MOST {
        let text = format!("more than {MOST} messages at once");
        return Err(ImapError::Refused { what: "the act", text });
    }
    if steps.is_empty() {
        return Ok(Done { act, messages });
    }
    let work = async {
        let mut client = access.connect(&mut false).await?;
        let mut hand = Hand {
            folders: Folders::list(&mut client).await?,
            client,
            act,
            made: None,
        };
        let mut groups: BTreeMap<(&str, Option<&str>), Vec<usize>> = BTreeMap::new();
        for (nth, (message, goal)) in steps.iter().enumerate() {
            let key = (message.folder.as_str(), goal.as_deref());
            groups.entry(key).or_default().push(nth);
        }
        for ((folder, goal), members) in groups {
            let asked: Vec<(usize, &MessageAt)> = members
                .iter()
                .filter_map(|nth| steps.get(*nth).map(|(message, _)| (*nth, message)))
                .collect();
            let outcome = hand.in_folder(folder, goal, &asked, &mut messages).await;
            match outcome {
                Ok(()) => {}
                // One folder's refusal isn't another's.
                Err(error @ (ImapError::Refused { .. } | ImapError::Name(_))) => fail(&mut messages, &members, &error),
                Err(error) => {
                    fail(&mut messages, &members, &error);
                    return Err(error);
                }
            }
        }
        hand.client.close().await;
        Ok(())
    };
    let outcome = match tokio::time::timeout(LIMIT, work).await {
        Ok(outcome) => outcome,
        Err(_) => Err(ImapError::Late("all of it")),
    };
    match outcome {
        Err(error) if !messages.iter().any(|became| matches!(became, Became::Changed { .. })) => Err(error),
        // What was done before the connection ended is done, and can be undone.
        Err(error) => {
            let left: Vec<usize> = (0..messages.len()).collect();
            fail(&mut messages, &left, &error);
            Ok(Done { act, messages })
        }
        Ok(()) => Ok(Done { act, messages }),
    }
}

fn fail(messages: &mut [Became], members: &[usize], error: &ImapError) {
    for nth in members {
        if let Some(became) = messages.get_mut(*nth).filter(|became| **became == Became::Missing) {
            *became = Became::Failed { why: error.to_string() };
        }
    }
}

/// A connection that does something.
struct Hand<S> {
    client: Client<S>,
    folders: Folders,
    act: Act,
    /// The folder that was made for it.
    made: Option<String>,
}

/// A message that was found.
#[derive(Debug)]
struct Found {
    /// Its place in the question.
    nth: usize,
    uid: u32,
    flags: Flags,
    message_id: Option<String>,
}

impl<S: Io> Hand<S> {
    async fn in_folder(
        &mut self,
        folder: &str,
        goal: Option<&str>,
        asked: &[(usize, &MessageAt)],
        messages: &mut [Became],
    ) -> Result<(), ImapError> {
        let argument = self.folders.argument(folder)?;
        let mut uidvalidity = None;
        let take = |told| {
            if let Told::Answer(Answer {
                code: Some(Code::UidValidity(value)),
                ..
            }) = told
            {
                uidvalidity = Some(value);
            }
        };
        let opened = self
            .client
            .try_command(&format!("SELECT {argument}"), USUAL, take)
            .await?;
        if opened.condition != Condition::Ok {
            // The folder went, and the messages with it.
            return Ok(());
        }
        let uidvalidity = uidvalidity.ok_or(ImapError::Protocol("a folder without UIDVALIDITY"))?;
        let found = self.find(uidvalidity, asked).await?;
        let here = |found: &Found| MessageAt {
            folder: folder.to_owned(),
            uid: Some(Uid {
                uidvalidity,
                uid: found.uid,
            }),
            message_id: found.message_id.clone(),
        };
        match self.act {
            Act::Read | Act::Unread => {
                let read = self.act == Act::Read;
                let (already, changed): (Vec<_>, Vec<_>) =
                    found.into_iter().partition(|found| found.flags.seen == read);
                set(messages, &already, |_| Became::Already);
                if !changed.is_empty() {
                    let sign = if read { '+' } else { '-' };
                    let command = format!("UID STORE {} {sign}FLAGS.SILENT (\\Seen)", uids(&changed));
                    self.client.command("STORE", &command, USUAL, |_| {}).await?;
                    set(messages, &changed, |found| Became::Changed {
                        was: here(found),
                        now: here(found),
                    });
                }
            }
            Act::Archive | Act::Delete | Act::Junk => {
                let goal = match goal {
                    Some(goal) => goal.to_owned(),
                    None => self.goal().await?,
                };
                if goal == folder {
                    set(messages, &found, |_| Became::Already);
                } else if !found.is_empty() {
                    let copies = self.move_to(&goal, &found).await?;
                    set(messages, &found, |found| Became::Changed {
                        was: here(found),
                        now: MessageAt {
                            folder: goal.clone(),
                            uid: copies.get(&found.uid).copied(),
                            message_id: found.message_id.clone(),
                        },
                    });
                }
            }
        }
        Ok(())
    }

    /// The folder of the act; it is made if there is none.
    async fn goal(&mut self) -> Result<String, ImapError> {
        if let Some(made) = &self.made {
            return Ok(made.clone());
        }
        let goal = match self.folders.goal(self.act) {
            Some(Goal::There(folder)) => folder,
            Some(Goal::ToMake(folder, role)) => {
                make(&mut self.client, &self.folders.argument(&folder)?, role).await?;
                folder
            }
            None => return Err(ImapError::Name(String::new())),
        };
        self.made = Some(goal.clone());
        Ok(goal)
    }

    /// Finds messages in the folder that is open.
    async fn find(&mut self, uidvalidity: u32, asked: &[(usize, &MessageAt)]) -> Result<Vec<Found>, ImapError> {
        let by_uid = |message: &MessageAt| {
            message
                .uid
                .filter(|uid| uid.uidvalidity == uidvalidity)
                .map(|uid| uid.uid)
        };
        let named: Vec<u32> = asked.iter().filter_map(|(_, message)| by_uid(message)).collect();
        let there = self.look(&named).await?;
        let mut found: Vec<Found> = Vec::new();
        for (nth, message) in asked {
            let is_it = |seen: &&Seen| match (&message.message_id, &seen.message_id) {
                (Some(asked), Some(seen)) => asked == seen,
                _ => true,
            };
            let at = by_uid(message).and_then(|uid| there.get(&uid).map(|seen| (uid, seen)));
            let hit = match at.filter(|(_, seen)| is_it(seen)) {
                Some((uid, seen)) => Some((uid, seen.clone())),
                None => self.search(message.message_id.as_deref()).await?,
            };
            if let Some((uid, seen)) = hit.filter(|(uid, _)| found.iter().all(|other| other.uid != *uid)) {
                found.push(Found {
                    nth: *nth,
                    uid,
                    flags: seen.flags,
                    message_id: seen.message_id.or_else(|| message.message_id.clone()),
                });
            }
        }
        Ok(found)
    }

    /// The newest message with this Message-ID.
    async fn search(&mut self, message_id: Option<&str>) -> Result<Option<(u32, Seen)>, ImapError> {
        let Some((message_id, quoted)) = message_id.and_then(|id| names::quoted(id).map(|quoted| (id, quoted))) else {
            return Ok(None);
        };
        let mut uids: Vec<u32> = Vec::new();
        let command = format!("UID SEARCH HEADER Message-ID {quoted}");
        let take = |told| {
            if let Told::Found(found) = told {
                uids.extend(found);
            }
        };
        self.client.command("SEARCH", &command, USUAL, take).await?;
        uids.sort_unstable();
        // The header has to hold it, and may hold more.
        let newest = uids
            .get(uids.len().saturating_sub(CANDIDATES)..)
            .unwrap_or_default()
            .to_vec();
        let there = self.look(&newest).await?;
        let mut same = there
            .into_iter()
            .filter(|(_, seen)| seen.message_id.as_deref() == Some(message_id));
        Ok(same.next_back())
    }

    async fn look(&mut self, uids: &[u32]) -> Result<BTreeMap<u32, Seen>, ImapError> {
        let mut there = BTreeMap::new();
        if uids.is_empty() {
            return Ok(there);
        }
        let command = format!(
            "UID FETCH {} (UID FLAGS BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)])",
            joined(uids.iter())
        );
        let take = |told| {
            if let Told::Message(message) = told
                && let (Some(uid), Some(flags)) = (message.uid, message.flags)
                && uids.contains(&uid)
            {
                let seen: &mut Seen = there.entry(uid).or_default();
                seen.flags = flags;
                if let Some(header) = message.text {
                    seen.message_id = Envelope::of_message(&header).message_id;
                }
            }
        };
        self.client.command("FETCH", &command, USUAL, take).await?;
        Ok(there)
    }

    /// Moves messages; gives where each is, as far as the server tells.
    async fn move_to(&mut self, goal: &str, found: &[Found]) -> Result<BTreeMap<u32, Uid>, ImapError> {
        let (argument, uids) = (self.folders.argument(goal)?, uids(found));
        let mut copied = None;
        let mut take = |told| {
            if let Told::Answer(Answer { code: Some(code), .. }) = told {
                copied = Some(code)
                    .filter(|code| matches!(code, Code::CopyUid { .. }))
                    .or(copied.take());
            }
        };
        if self.client.can("MOVE") {
            let command = format!("UID MOVE {uids} {argument}");
            let answer = self.client.command("MOVE", &command, USUAL, &mut take).await?;
            take(Told::Answer(answer));
        } else {
            let command = format!("UID COPY {uids} {argument}");
            let answer = self.client.command("COPY", &command, USUAL, &mut take).await?;
            take(Told::Answer(answer));
            let command = format!("UID STORE {uids} +FLAGS.SILENT (\\Deleted)");
            self.client.command("STORE", &command, USUAL, |_| {}).await?;
            // Without it, what else is marked as deleted would go, too; so it stays marked, as mail clients have it.
            if self.client.can("UIDPLUS") {
                let command = format!("UID EXPUNGE {uids}");
                self.client.command("EXPUNGE", &command, USUAL, |_| {}).await?;
            }
        }
        Ok(match copied {
            Some(Code::CopyUid { uidvalidity, from, to }) => {
                let to = each(&to).map(|uid| Uid { uidvalidity, uid });
                each(&from).zip(to).collect()
            }
            _ => BTreeMap::new(),
        })
    }
}

/// Of a message that is there.
#[derive(Debug, Clone, Default)]
struct Seen {
    flags: Flags,
    message_id: Option<String>,
}

fn set(messages: &mut [Became], found: &[Found], became: impl Fn(&Found) -> Became) {
    for found in found {
        if let Some(message) = messages.get_mut(found.nth) {
            *message = became(found);
        }
    }
}

/// No more than were asked for, whatever a server tells.
fn each(ranges: &[RangeInclusive<u32>]) -> impl Iterator<Item = u32> {
    ranges.iter().flat_map(Clone::clone).take(MOST)
}

fn uids(found: &[Found]) -> String {
    joined(found.iter().map(|found| &found.uid))
}

fn joined<'a>(uids: impl Iterator<Item = &'a u32>) -> String {
    let uids: Vec<String> = uids.map(u32::to_string).collect();
    uids.join(",")
}
