//! From an event to a row: what came is judged, stored, and what it says of others carried out.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::accounts::proven;
use super::{Effect, HookCall, Model};
use crate::arrival::{Arrival, ItemKey, Stored};
use crate::event::{Decoded, Event, Kind};
use crate::policy::{Cause, Reason, Standing, Verdict, decide};
use crate::popups::Gathered;
use crate::rules::{Judgement, Subject};
use crate::view::{NodeStatus, Notice, Row};

/// So many events of an account are held at most; what comes beyond is stored as it comes.
const MOST_HELD: usize = 500;

/// What came since an account's session began, until all its nodes were fetched: it is told together.
#[derive(Debug, Default)]
pub(super) struct Away {
    pub(super) rows: Gathered,
    /// Whether its nodes are fetched, as in a fresh session.
    pub(super) fetches: bool,
    /// The nodes that were fetched.
    pub(super) fetched: BTreeSet<NodeName>,
    /// What came of a node before that, and when. It follows what is fetched into the store, or the newest would stand below
    /// what was missed.
    held: BTreeMap<NodeName, Vec<(Timestamp, Decoded)>>,
    /// Where items are that were held.
    late: BTreeSet<(NodeName, Option<String>)>,
}

/// A service, and a node of it.
type NodeName = (String, String);

impl Away {
    /// Whether a row belongs to what was missed. What comes of a node before its items were fetched does, late or not:
    /// ejabberd sends the last item of each node anew at each presence, and without a stamp.
    pub(super) fn takes(&self, row: &Row) -> bool {
        let of_node = row.event.service.clone().zip(row.event.node.clone());
        row.delayed
            || of_node.is_some_and(|node| {
                !self.fetched.contains(&node) || self.late.contains(&(node, row.event.item.clone()))
            })
    }

    /// Holds an event of a node that is still to be fetched; gives it back if it isn't to be held. What went is told at once, and
    /// with it goes what is held of it.
    fn hold(&mut self, now: Timestamp, decoded: Decoded) -> Option<Decoded> {
        let event = &decoded.event;
        let Some(node) = event.service.clone().zip(event.node.clone()) else {
            return Some(decoded);
        };
        if self.fetched.contains(&node) {
            return Some(decoded);
        }
        match event.kind {
            Kind::New | Kind::Changed if self.held.values().map(Vec::len).sum::<usize>() < MOST_HELD => {
                self.late.insert((node.clone(), event.item.clone()));
                self.held.entry(node).or_default().push((now, decoded));
                return None;
            }
            Kind::Gone => {
                if let Some(held) = self.held.get_mut(&node) {
                    held.retain(|(_, other)| other.event.item != event.item);
                }
            }
            Kind::Cleared => drop(self.held.remove(&node)),
            Kind::New | Kind::Changed | Kind::Closed => {}
        }
        Some(decoded)
    }
}

impl Model {
    pub(super) fn events(&mut self, now: Timestamp, account: &str, events: Vec<Decoded>) -> Vec<Effect> {
        // What servers send by themselves upon a presence, or send again, proves nothing of push.
        let live = !self.catching_up.contains_key(account);
        let Some(status) = self.account(account) else {
            return Vec::new();
        };
        let mut effects = Vec::new();
        let live = live && events.iter().any(|decoded| !decoded.delayed);
        if live && proven(now, status) {
            effects.push(Effect::Tell(Notice::Status));
        }
        let events = events
            .into_iter()
            .filter_map(|decoded| self.hold(now, account, decoded));
        let events = events.collect();
        effects.extend(self.take_events(now, account, events));
        effects
    }

    /// Holds an event back if its node is about to be fetched.
    fn hold(&mut self, now: Timestamp, account: &str, decoded: Decoded) -> Option<Decoded> {
        let of = |node: &NodeStatus| {
            let event = &decoded.event;
            event.service.as_ref() == Some(&node.service) && event.node.as_ref() == Some(&node.node)
        };
        let mut accounts = self.accounts.iter();
        let awaited = accounts.any(|status| status.jid == account && status.nodes.iter().any(of));
        match self.catching_up.get_mut(account) {
            Some(away) if awaited && away.fetches => away.hold(now, decoded),
            _ => Some(decoded),
        }
    }

    /// Takes in what was held back of an account: of one node, or of all.
    pub(super) fn let_in(&mut self, account: &str, node: Option<&NodeName>) -> Vec<Effect> {
        let Some(away) = self.catching_up.get_mut(account) else {
            return Vec::new();
        };
        let held = match node {
            Some(node) => away.held.remove(node).unwrap_or_default(),
            None => std::mem::take(&mut away.held).into_values().flatten().collect(),
        };
        let (mut arrivals, mut effects) = (Vec::new(), Vec::new());
        for (at, decoded) in held {
            self.take_event(at, account, decoded, &mut arrivals, &mut effects);
        }
        flush(&mut arrivals, &mut effects);
        effects
    }

    pub(super) fn take_event(
        &mut self,
        now: Timestamp,
        account: &str,
        decoded: Decoded,
        arrivals: &mut Vec<Arrival>,
        effects: &mut Vec<Effect>,
    ) {
        let event = &decoded.event;
        let (service, node) = (
            event.service.clone().unwrap_or_default(),
            event.node.clone().unwrap_or_default(),
        );
        let key = item_key(account, event);
        let as_of = spoken_for(now, &decoded);
        match event.kind {
            Kind::Gone => {
                flush(arrivals, effects);
                self.retractions.note(now, key.clone(), as_of);
                effects.push(Effect::Retract(key));
            }
            Kind::Cleared => {
                self.retractions.note(now, key, as_of);
                arrivals.push(history(account, decoded, now));
                flush(arrivals, effects);
                effects.push(Effect::Purge {
                    account: account.to_owned(),
                    service,
                    node,
                });
            }
            Kind::Closed => {
                effects.extend(self.close_node(account, &service, &node));
                arrivals.push(history(account, decoded, now));
            }
            Kind::New | Kind::Changed if self.retractions.outdate(now, &key, as_of) => {}
            Kind::New | Kind::Changed => {
                let seen_before = event.node.is_none() || self.baselines.contains(&(account.to_owned(), service, node));
                arrivals.push(self.arrival(now, account, decoded, !seen_before));
            }
        }
    }

    pub(super) fn fetched(
        &mut self,
        now: Timestamp,
        key: (String, String, String),
        asked_at: Timestamp,
        events: Vec<Decoded>,
        complete: bool,
    ) -> Vec<Effect> {
        let (account, service, node) = key.clone();
        if self.account(&account).is_none() {
            return Vec::new();
        }
        if let Some(away) = self.catching_up.get_mut(&account) {
            away.fetched.insert((service.clone(), node.clone()));
        }
        let first_sight = !self.baselines.contains(&key);
        let present: Vec<String> = events.iter().filter_map(|d| d.event.item.clone()).collect();
        let arrivals: Vec<Arrival> = events
            .into_iter()
            .filter(|d| !self.retractions.outdate(now, &item_key(&account, &d.event), asked_at))
            .map(|decoded| self.arrival(now, &account, decoded, first_sight))
            .collect();

        let mut effects = Vec::new();
        if !arrivals.is_empty() {
            effects.push(Effect::Append(arrivals));
        }
        effects.extend(self.let_in(&account, Some(&(service.clone(), node.clone()))));
        if complete {
            effects.push(Effect::Reconcile {
                account: account.clone(),
                service: service.clone(),
                node: node.clone(),
                present,
                as_of: asked_at,
            });
        }
        if first_sight {
            self.baselines.insert(key);
            effects.push(Effect::Baseline { account, service, node });
        }
        effects
    }

    /// An event on its way into the store, with the decision on it.
    fn arrival(&self, now: Timestamp, account: &str, decoded: Decoded, first_sight: bool) -> Arrival {
        let standing = Standing {
            desktop: self.manners.desktop,
            first_sight,
            crowded: self.popups.crowded(now, self.manners.grouping),
            hush: self.quiet.hush,
        };
        let rules = self.judge(now, account, &decoded.event);
        let Verdict { reason, owed, unread } = decide(decoded.event.kind, &rules, &standing);
        Arrival {
            account: account.to_owned(),
            decoded,
            received_at: now,
            owed,
            unread,
            reason: Some(reason),
        }
    }

    /// What the rules say of an event.
    fn judge(&self, now: Timestamp, account: &str, event: &Event) -> Judgement {
        let status = self.accounts.iter().find(|status| status.jid == account);
        let subject = Subject {
            account: Some(account),
            label: status.map(|status| status.label.as_str()),
            event,
        };
        self.manners.rules.judge(&subject, now)
    }

    pub(super) fn stored(&mut self, now: Timestamp, outcomes: Vec<Stored>) -> Vec<Effect> {
        let mut effects = Vec::new();
        for outcome in outcomes {
            let (row, owed, replaced) = match outcome {
                Stored::New { row, owed, replaced } => (row, owed, replaced),
                Stored::Revived { replaced, .. } => {
                    effects.extend(self.changed(now, &replaced));
                    continue;
                }
                Stored::Known { .. } => continue,
            };
            effects.extend(self.hooks(now, &row));
            effects.extend(self.look_for(&row));
            if row.unread && !owed {
                // What a rule keeps silent takes no popup over either.
                let by_rule = |reason: &Reason| matches!(reason.cause, Cause::Rule { .. });
                if self.quiet.hush.is_none() && !row.reason.as_ref().is_some_and(by_rule) {
                    let (popups, setting) = self.popups();
                    effects.extend(popups.take_over(now, &row, &replaced, &setting));
                }
            } else if row.unread
                && let Some(row) = self.mailboxes.take(now, row)
            {
                match self.catching_up.get_mut(&row.account) {
                    Some(away) if away.takes(&row) => away.rows.push(row),
                    _ => effects.extend(self.announce(now, row, &replaced)),
                }
            }
            effects.extend(self.changed(now, &replaced));
        }
        effects
    }

    /// The hooks of a new mail. What was on a node already when it was first seen is no news.
    fn hooks(&self, now: Timestamp, row: &Row) -> Vec<Effect> {
        if row
            .reason
            .as_ref()
            .is_some_and(|reason| reason.cause == Cause::FirstSight)
        {
            return Vec::new();
        }
        let call = |(rule, command)| {
            Effect::Hook(Box::new(HookCall {
                rule,
                command,
                row: row.clone(),
            }))
        };
        let judgement = self.judge(now, &row.account, &row.event);
        judgement.hooks.into_iter().map(call).collect()
    }
}

fn item_key(account: &str, event: &Event) -> ItemKey {
    let known = |value: &Option<String>| value.clone().unwrap_or_default();
    ItemKey {
        account: account.to_owned(),
        service: known(&event.service),
        node: known(&event.node),
        item: known(&event.item),
    }
}

/// For which time an event speaks: a late one for when it was sent, however long ago that may be if it isn't told.
fn spoken_for(now: Timestamp, decoded: &Decoded) -> Timestamp {
    if decoded.delayed {
        decoded.event.sent_at.unwrap_or(Timestamp::MIN).min(now)
    } else {
        now
    }
}

/// An event that is kept and never becomes a popup.
fn history(account: &str, decoded: Decoded, received_at: Timestamp) -> Arrival {
    Arrival {
        account: account.to_owned(),
        decoded,
        received_at,
        owed: false,
        unread: false,
        reason: None,
    }
}

pub(super) fn flush(arrivals: &mut Vec<Arrival>, effects: &mut Vec<Effect>) {
    if !arrivals.is_empty() {
        effects.push(Effect::Append(std::mem::take(arrivals)));
    }
}
