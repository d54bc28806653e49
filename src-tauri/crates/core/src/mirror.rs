//! What of a mailbox's folder is published, and what follows from what the mail server tells: the mirror of what is unread.
//!
//! A folder is looked at as a whole each time, whatever made one look: what came since, and what became of what was
//! published. So a connection that ended, or a bridge that wasn't running, is caught up with in the same way as a mail
//! that just arrived is heard of.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

/// So many messages of a folder are published at once, the newest ones; a node keeps no more.
pub const AT_ONCE: usize = 150;
/// Of so many messages that are published it is known what they are, the newest ones; a node has made room for newer ones
/// long before.
const PUBLISHED: usize = 500;
/// Of so many that were read it is seen that they are unread again.
const READ: usize = 200;
/// When a folder is seen for the first time, unread mail of so many days is published.
pub const FIRST_SIGHT_DAYS: u32 = 30;

/// How far a folder is published.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    /// As long as it is the same, UIDs name the same messages.
    pub uidvalidity: u32,
    /// What has this UID or a higher one is new.
    pub next: u32,
    /// All changes up to this one are known; `None` where the server doesn't number them.
    pub modseq: Option<u64>,
    /// What is published, as it is unread.
    pub published: BTreeSet<u32>,
    /// What was published until it was read.
    pub read: BTreeSet<u32>,
}

/// What the server says of a folder when it is opened.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Opened {
    /// UIDVALIDITY.
    pub uidvalidity: u32,
    /// UIDNEXT, if it was told.
    pub next: Option<u32>,
    /// HIGHESTMODSEQ, if it was told.
    pub modseq: Option<u64>,
}

/// What there is to do with a folder that was opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Look {
    /// It is seen for the first time, or its UIDs were given anew: what is unread is published, within bounds, and what
    /// was published under other UIDs is taken back.
    First,
    /// There is nothing to find out.
    Nothing,
    /// What came, and what became of what is known.
    Again {
        /// Whether anything can have come.
        arrivals: bool,
        /// Only what changed after this needs to be told, if the server can tell what vanished, too.
        since: Option<u64>,
    },
}

/// How a message stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// Its UID.
    pub uid: u32,
    /// Neither seen nor deleted.
    pub unread: bool,
}

/// What is to be done about messages that are known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changes {
    /// They are unread no longer: read, moved or deleted.
    pub gone: Vec<u32>,
    /// They were read, and are unread again.
    pub again: Vec<u32>,
}

impl Position {
    /// Of a folder that is seen for the first time.
    pub const fn first(opened: &Opened) -> Self {
        Self {
            uidvalidity: opened.uidvalidity,
            next: match opened.next {
                Some(next) => next,
                None => 1,
            },
            modseq: opened.modseq,
            published: BTreeSet::new(),
            read: BTreeSet::new(),
        }
    }

    /// What there is to do. `vanished` says whether the server tells what vanished since a certain change (QRESYNC).
    pub fn look(known: Option<&Self>, opened: &Opened, vanished: bool) -> Look {
        let Some(known) = known.filter(|known| known.uidvalidity == opened.uidvalidity) else {
            return Look::First;
        };
        // Numbers that went back count anew.
        let counted = known.modseq.zip(opened.modseq).filter(|(since, now)| since <= now);
        let counted = counted.filter(|_| vanished);
        let arrivals = opened.next.is_none_or(|next| next > known.next);
        match counted {
            Some((since, now)) if since == now && !arrivals => Look::Nothing,
            counted => Look::Again {
                arrivals,
                since: counted.map(|(since, _)| since),
            },
        }
    }

    /// Those of which it matters what became of them.
    pub fn known(&self) -> BTreeSet<u32> {
        self.published.union(&self.read).copied().collect()
    }

    /// What follows from how known messages stand. `absent` says of one that wasn't told of whether it is no longer there.
    pub fn compare(&self, told: &[Standing], absent: impl Fn(u32) -> bool) -> Changes {
        let unread = |uid: u32| told.iter().rev().find(|standing| standing.uid == uid).map(|s| s.unread);
        let is_gone = |uid: &u32| unread(*uid).map_or_else(|| absent(*uid), |unread| !unread);
        Changes {
            gone: self.published.iter().copied().filter(is_gone).collect(),
            again: self
                .read
                .iter()
                .copied()
                .filter(|uid| unread(*uid) == Some(true))
                .collect(),
        }
    }

    /// A message is published.
    pub fn published(&mut self, uid: u32) {
        self.read.remove(&uid);
        self.published.insert(uid);
        keep_newest(&mut self.published, PUBLISHED);
    }

    /// A message was taken back.
    pub fn taken_back(&mut self, uid: u32) {
        if self.published.remove(&uid) {
            self.read.insert(uid);
            keep_newest(&mut self.read, READ);
        }
    }

    /// All with a lower UID than this one are known.
    pub fn advance(&mut self, next: u32) {
        self.next = self.next.max(next);
    }
}

/// Whether a UID lies in one of these ranges, either end of which may come first.
pub fn within(ranges: &[RangeInclusive<u32>], uid: u32) -> bool {
    ranges.iter().any(|range| {
        let (one, other) = (*range.start(), *range.end());
        (one.min(other)..=one.max(other)).contains(&uid)
    })
}

/// The newest of those that are unread, with a bound on what is kept of a flood.
#[derive(Debug, Default)]
pub struct Newest(BTreeSet<u32>);

impl Newest {
    /// One more; of one that was told twice the last word counts.
    pub fn add(&mut self, standing: Standing) {
        if standing.unread {
            self.0.insert(standing.uid);
            keep_newest(&mut self.0, AT_ONCE);
        } else {
            self.0.remove(&standing.uid);
        }
    }

    /// In the order in which they came.
    pub fn into_uids(self) -> BTreeSet<u32> {
        self.0
    }
}

fn keep_newest(uids: &mut BTreeSet<u32>, most: usize) {
    while uids.len() > most {
        uids.pop_first();
    }
}

/// UIDs as IMAP's commands want them, in sets of at most `most` each.
pub fn sets(uids: &BTreeSet<u32>, most: usize) -> Vec<String> {
    let mut sets = Vec::new();
    let mut uids = uids.iter().copied().peekable();
    while uids.peek().is_some() {
        let mut set = String::new();
        let mut left = most.max(1);
        while left > 0
            && let Some(first) = uids.next()
        {
            left -= 1;
            let mut last = first;
            while left > 0
                && let Some(next) = uids.next_if(|next| Some(*next) == last.checked_add(1))
            {
                left -= 1;
                last = next;
            }
            if !set.is_empty() {
                set.push(',');
            }
            set.push_str(&first.to_string());
            if last > first {
                set.push_str(&format!(":{last}"));
            }
        }
        sets.push(set);
    }
    sets
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;
    use proptest::prelude::*;

    fn position(next: u32, modseq: Option<u64>) -> Position {
        Position {
            next,
            modseq,
            ..Position::first(&opened(next, modseq))
        }
    }

    const fn opened(next: u32, modseq: Option<u64>) -> Opened {
        Opened {
            uidvalidity: 7,
            next: Some(next),
            modseq,
        }
    }

    #[test]
    fn a_folder_is_looked_at_no_more_than_needed() {
        let again = |arrivals, since| Look::Again { arrivals, since };
        for (known, now, vanished, look) in [
            (position(5, Some(9)), opened(5, Some(9)), true, Look::Nothing),
            (position(5, Some(9)), opened(5, Some(12)), true, again(false, Some(9))),
            (position(5, Some(9)), opened(6, Some(12)), true, again(true, Some(9))),
            // Without QRESYNC what vanished isn't told.
            (position(5, Some(9)), opened(5, Some(9)), false, again(false, None)),
            (position(5, None), opened(6, Some(12)), true, again(true, None)),
            (position(5, Some(9)), opened(5, None), true, again(false, None)),
            (position(5, Some(9)), opened(5, Some(3)), true, again(false, None)),
        ] {
            assert_eq!(Position::look(Some(&known), &now, vanished), look, "{known:?} {now:?}");
        }
        assert_eq!(Position::look(None, &opened(5, None), true), Look::First);
        let given_anew = Opened {
            uidvalidity: 8,
            ..opened(5, Some(9))
        };
        assert_eq!(
            Position::look(Some(&position(5, Some(9))), &given_anew, true),
            Look::First
        );
        let untold = Opened {
            next: None,
            ..opened(5, Some(9))
        };
        assert_eq!(
            Position::look(Some(&position(5, Some(9))), &untold, true),
            again(true, Some(9))
        );
    }

    #[test]
    fn what_is_read_or_absent_is_gone_and_what_is_unread_again_comes_back() {
        let mut position = position(9, None);
        for uid in 1..=4 {
            position.published(uid);
        }
        position.taken_back(4);
        let told = [
            Standing { uid: 1, unread: true },
            Standing { uid: 2, unread: false },
            Standing { uid: 4, unread: true },
            // Nobody asked for it.
            Standing { uid: 8, unread: true },
        ];
        let changes = position.compare(&told, |_| true);
        assert_eq!((changes.gone, changes.again), (vec![2, 3], vec![4]));
        let changes = position.compare(&told, |uid| {
            within(&[RangeInclusive::new(9, 7), RangeInclusive::new(5, 3)], uid) && uid != 3
        });
        assert_eq!((changes.gone, changes.again), (vec![2], vec![4]));
    }

    #[test]
    fn sets_are_short_and_hold_all() {
        let uids = BTreeSet::from([1, 2, 3, 7, 9, 10, u32::MAX]);
        assert_eq!(sets(&uids, 100), ["1:3,7,9:10,4294967295"]);
        assert_eq!(sets(&uids, 2), ["1:2", "3,7", "9:10", "4294967295"]);
        assert!(sets(&BTreeSet::new(), 5).is_empty());
    }

    /// A mailbox as somebody else's mail client sees it.
    #[derive(Debug, Clone)]
    enum Doing {
        Arrive {
            seen: bool,
        },
        Flip(usize),
        Expunge(usize),
        /// The bridge looks.
        Look,
    }

    fn doing() -> impl Strategy<Value = Doing> {
        prop_oneof![
            any::<bool>().prop_map(|seen| Doing::Arrive { seen }),
            (0usize..40).prop_map(Doing::Flip),
            (0usize..40).prop_map(Doing::Expunge),
            Just(Doing::Look),
        ]
    }

    proptest! {
        /// Whatever happens between two looks, and whether the server tells all or only what changed: after a look, what
        /// is published is what is unread of all that came since the first one.
        #[test]
        fn after_each_look_the_mirror_is_what_is_unread(
            life in proptest::collection::vec(doing(), 1..120),
            qresync in any::<bool>(),
        ) {
            // UID, unread, number of the last change.
            let mut mailbox: Vec<(u32, bool, u64)> = Vec::new();
            let mut expunged: Vec<(u32, u64)> = Vec::new();
            let (mut next, mut modseq) = (1u32, 1u64);
            let mut position = Position::first(&Opened { uidvalidity: 7, next: Some(1), modseq: Some(1) });
            for doing in life.into_iter().chain([Doing::Look]) {
                modseq += 1;
                match doing {
                    Doing::Arrive { seen } => {
                        mailbox.push((next, !seen, modseq));
                        next += 1;
                    }
                    Doing::Flip(nth) if nth < mailbox.len() => {
                        mailbox[nth].1 ^= true;
                        mailbox[nth].2 = modseq;
                    }
                    Doing::Expunge(nth) if nth < mailbox.len() => expunged.push((mailbox.remove(nth).0, modseq)),
                    Doing::Look => {
                        let now = opened(next, Some(modseq));
                        let (arrivals, since) = match Position::look(Some(&position), &now, qresync) {
                            Look::Again { arrivals, since } => (arrivals, since),
                            Look::Nothing => continue,
                            Look::First => unreachable!("UIDVALIDITY holds"),
                        };
                        let known = position.known();
                        let after = since.unwrap_or(0);
                        let told: Vec<Standing> = mailbox
                            .iter()
                            .filter(|(uid, _, changed)| known.contains(uid) && *changed > after)
                            .map(|(uid, unread, _)| Standing { uid: *uid, unread: *unread })
                            .collect();
                        let vanished: Vec<RangeInclusive<u32>> =
                            expunged.iter().filter(|(_, at)| *at > after).map(|(uid, _)| *uid..=*uid).collect();
                        let changes = position.compare(&told, |uid| match since {
                            Some(_) => within(&vanished, uid),
                            None => true,
                        });
                        let mut newest = Newest::default();
                        if arrivals {
                            for (uid, unread, _) in mailbox.iter().filter(|(uid, ..)| *uid >= position.next) {
                                newest.add(Standing { uid: *uid, unread: *unread });
                            }
                        }
                        changes.gone.into_iter().for_each(|uid| position.taken_back(uid));
                        newest.into_uids().into_iter().chain(changes.again).for_each(|uid| position.published(uid));
                        position.advance(next);
                        position.modseq = Some(modseq);
                        let seen_first_as_read = |uid: &u32| !position.published.contains(uid) && !known.contains(uid);
                        let unread: BTreeSet<u32> = mailbox
                            .iter()
                            .filter(|(uid, unread, _)| *unread && !seen_first_as_read(uid))
                            .map(|(uid, ..)| *uid)
                            .collect();
                        prop_assert_eq!(&position.published, &unread);
                    }
                    Doing::Flip(_) | Doing::Expunge(_) => {}
                }
            }
        }
    }
}
