//! What the model wants done is done: in the store, on the desktop, in mailboxes.

use std::time::Duration;

use jiff::Timestamp;
use mailwren_core::arrival::Stored;
use mailwren_core::model::{Effect, Input};
use mailwren_core::said::Said;
use mailwren_core::view::{Notice, Problem};

use super::{PAUSE_KEY, Run};
use crate::mailbox::position_key;
use crate::store::{Store, StoreError, TakenOver};

/// After a failed write, until it is tried again.
const STORE_RETRY: Duration = Duration::from_secs(1);

impl Run {
    /// Returns what follows from an effect, and whether rows were written.
    pub(super) async fn carry_out(&mut self, effect: Effect) -> (Option<Input>, bool) {
        let now = Timestamp::now();
        let changed = match effect {
            Effect::Append(arrivals) => {
                if let Some(popups) = self.popups.as_ref().filter(|_| arrivals.iter().any(|a| a.owed)) {
                    popups.expect();
                }
                let stored = self
                    .kept(|store| {
                        let arrivals = arrivals.clone();
                        async move { store.append(arrivals).await }
                    })
                    .await;
                let stored = stored.unwrap_or_default();
                let wrote = stored.iter().any(|s| !matches!(s, Stored::Known { .. }));
                return (Some(Input::Stored(stored)), wrote);
            }
            Effect::Retract(key) => {
                self.kept(|store| {
                    let key = key.clone();
                    async move { store.retract(key, now).await }
                })
                .await
            }
            Effect::Purge { account, service, node } => {
                self.kept(|store| {
                    let (account, service, node) = (account.clone(), service.clone(), node.clone());
                    async move { store.purge(account, service, node, now).await }
                })
                .await
            }
            Effect::Reconcile {
                account,
                service,
                node,
                present,
                as_of,
            } => {
                self.kept(|store| {
                    let (account, service, node) = (account.clone(), service.clone(), node.clone());
                    let present = present.clone();
                    async move { store.reconcile(account, service, node, present, as_of, now).await }
                })
                .await
            }
            Effect::Look(account) => {
                self.mailboxes.get(&account).inspect(|mailbox| mailbox.look());
                None
            }
            Effect::KeepPosition {
                account,
                service,
                user,
                folder,
                position,
            } => {
                let key = position_key(&account, &service, &user, &folder);
                let json = position.and_then(|position| serde_json::to_string(&position).ok());
                self.kept(|store| {
                    let (key, json) = (key.clone(), json.clone());
                    async move { store.set(key, json).await }
                })
                .await;
                None
            }
            Effect::GiveWay {
                account,
                folders,
                before,
            } => {
                self.kept(|store| {
                    let (account, folders) = (account.clone(), folders.clone());
                    async move { store.give_way(account, folders, before, now).await }
                })
                .await
            }
            Effect::MarkRead(seqs) => {
                let marked = self
                    .kept(|store| {
                        let seqs = seqs.clone();
                        async move { store.mark(seqs, true, now).await }
                    })
                    .await;
                self.share();
                self.mark_in_mailbox(marked.as_deref().unwrap_or_default(), true);
                marked
            }
            Effect::Dismiss(seqs) => {
                self.kept(|store| {
                    let seqs = seqs.clone();
                    async move { store.dismiss(seqs, now).await }
                })
                .await;
                self.share();
                None
            }
            Effect::TakeOver { account, marks } => {
                let taken = self
                    .kept(|store| {
                        let account = account.clone();
                        let marks = marks.clone();
                        async move { store.take_over(account, marks, now).await }
                    })
                    .await;
                let Some(TakenOver { changed, dismissed }) = taken else {
                    return (None, false);
                };
                let wrote = !changed.is_empty();
                return (Some(Input::TakenOver { changed, dismissed }), wrote);
            }
            Effect::Explain(reasons) => {
                self.kept(|store| {
                    let reasons = reasons.clone();
                    async move { store.explain(reasons).await }
                })
                .await
            }
            Effect::Wake(seqs) => {
                let woken = self
                    .kept(|store| {
                        let seqs = seqs.clone();
                        async move { store.wake(seqs).await }
                    })
                    .await;
                return (woken.map(Input::Woken), true);
            }
            Effect::Hook(call) => {
                self.hooks.run(*call);
                None
            }
            Effect::Ask(command) => {
                self.asked.push_back(*command);
                None
            }
            Effect::Baseline { account, service, node } => {
                self.kept(|store| {
                    let (account, service, node) = (account.clone(), service.clone(), node.clone());
                    async move { store.set_baseline(account, service, node).await }
                })
                .await;
                None
            }
            Effect::KeepPause(pause) => {
                let json = pause.and_then(|p| serde_json::to_string(&p).ok());
                self.kept(|store| {
                    let json = json.clone();
                    async move { store.set(PAUSE_KEY, json).await }
                })
                .await;
                None
            }
            Effect::Settle(seqs) => {
                self.kept(|store| {
                    let seqs = seqs.clone();
                    async move { store.notified(seqs).await }
                })
                .await;
                None
            }
            Effect::Show(popup) => {
                if let Some(popups) = &self.popups {
                    popups.show(popup);
                }
                None
            }
            Effect::Withdraw(id) => {
                if let Some(popups) = &self.popups {
                    popups.withdraw(id);
                }
                None
            }
            Effect::Tell(notice) => {
                if notice == Notice::Status {
                    self.status.send_replace(self.model.status());
                }
                // Nobody need listen.
                self.notices.send(notice).ok();
                None
            }
        };
        match changed.filter(|rows| !rows.is_empty()) {
            Some(rows) => (Some(Input::Changed(rows)), true),
            None => (None, false),
        }
    }

    /// What happened is kept before anything else happens: while the disk is full or the database locked, sessions wait,
    /// and nothing is lost. `None` when the engine is to end instead.
    pub(super) async fn kept<T, F: Future<Output = Result<T, StoreError>>>(
        &mut self,
        write: impl Fn(Store) -> F,
    ) -> Option<T> {
        // What comes after something that was lost would say that it wasn't.
        if self.lost {
            return None;
        }
        let mut told = false;
        loop {
            match write(self.store.clone()).await {
                Ok(done) => {
                    if told {
                        self.tell_problem("store", None);
                    }
                    return Some(done);
                }
                Err(error) => {
                    tracing::error!(%error, "writing to the store; trying again");
                    if !std::mem::replace(&mut told, true) {
                        let unstored = Said::word("store-unwritable").with("why", error.said());
                        let problem = Problem::new("store", unstored).hint(Said::word("store-unwritable-do"));
                        self.tell_problem("store", Some(problem));
                    }
                }
            }
            tokio::select! {
                () = self.stop.cancelled() => {
                    self.lost = true;
                    return None;
                }
                () = tokio::time::sleep(STORE_RETRY) => {}
            }
        }
    }

    /// Like feeding [`Input::Problem`], from inside an effect.
    pub(super) fn tell_problem(&mut self, code: &str, problem: Option<Problem>) {
        let input = Input::Problem {
            code: code.to_owned(),
            problem,
        };
        for effect in self.model.update(Timestamp::now(), input) {
            if let Effect::Tell(notice) = effect {
                self.status.send_replace(self.model.status());
                self.notices.send(notice).ok();
            }
        }
    }
}
