//! What the configuration says comes into force, at the start and whenever it was edited.

use jiff::{SignedDuration, Timestamp};
use mailwren_core::model::{Input, Manners};
use mailwren_core::said::Said;
use mailwren_core::view::{Notice, Problem};

use super::Run;
use crate::config::{ConfigError, ConfigProblem, Loaded};
use crate::language;
use crate::mailbox::{Mailbox, trouble_code};
use crate::xmpp::session::{self, SessionContext};

impl Run {
    pub(super) async fn reload_if_changed(&mut self) {
        let seen = self.config.fingerprint();
        if Some(&seen) == self.config_seen.as_ref() {
            return;
        }
        // Editors may delete or empty a file before they write it anew, and no accounts at all is hardly what was meant.
        let loaded = if seen.is_void() && !self.accounts.is_empty() {
            Err(ConfigError::Void(self.config.path().to_owned()))
        } else {
            self.config.load()
        };
        match loaded {
            Ok(loaded) => {
                self.adopt(loaded).await;
                // It may have changed again since it was read.
                self.config_seen = Some(seen);
            }
            Err(error) => {
                self.config_seen = Some(seen);
                let problem = Problem::new("config", error.said()).hint(Said::word("config-unread-do"));
                self.feed(Input::Problem {
                    code: "config".to_owned(),
                    problem: Some(problem),
                })
                .await;
            }
        }
    }

    /// Makes a configuration the one in force: sessions start, end and are replaced as it says.
    pub(crate) async fn adopt(&mut self, loaded: Loaded) {
        self.config_seen = Some(self.config.fingerprint());
        let problem = (!loaded.problems.is_empty()).then(|| {
            let faults = loaded.problems.iter().map(ConfigProblem::said).collect();
            let edit = Said::word("config-edit-do").with("path", self.config.path().display());
            Problem::new("config", Said::Lines(faults)).hint(edit)
        });
        language::speak(&mut self.words, loaded.config.general.language);
        let manners = Manners {
            words: self.words.clone(),
            ..loaded.config.manners(self.popups.is_some())
        };
        let (general, notifications, rules) = (loaded.config.general, loaded.config.notifications, loaded.config.rules);
        let edited = self.general != general || self.notifications != notifications || self.rules != rules;
        let kept_shorter = general.keep_days < self.general.keep_days;
        (self.general, self.notifications, self.rules) = (general, notifications, rules);
        let accounts = loaded.config.accounts;
        self.feed(Input::Problem {
            code: "config".to_owned(),
            problem,
        })
        .await;
        self.feed(Input::Manners(manners)).await;
        if edited {
            // Nobody need listen.
            self.notices.send(Notice::Settings).ok();
        }
        // Before the notice: who then asks for rows is told how they are opened now.
        self.accounts_told.send_replace(accounts.clone());
        self.feed(Input::Accounts(accounts.clone())).await;
        if kept_shorter {
            self.sweep().await;
        }
        if !self.connect {
            self.accounts = accounts;
            return;
        }
        let before = std::mem::replace(&mut self.accounts, accounts.clone());
        for old in before {
            if accounts.contains(&old) {
                continue;
            }
            if self.mailboxes.remove(&old.jid).is_some() {
                let (code, problem) = (trouble_code(&old.jid), None);
                self.feed(Input::Problem { code, problem }).await;
            }
            if let Some(session) = self.sessions.remove(&old.jid) {
                tokio::spawn(session.stop());
            }
        }
        for account in accounts.into_iter().filter(|a| a.enabled) {
            if !self.mailboxes.contains_key(&account.jid) {
                let (vault, store, inputs) = (self.vault.clone(), self.store.clone(), self.inputs_in.clone());
                let mailbox = Mailbox::open(&account, vault, store, inputs);
                self.mailboxes
                    .extend(mailbox.map(|mailbox| (account.jid.clone(), mailbox)));
            }
            if !account.xmpp {
                continue;
            }
            let (vault, store, inputs) = (self.vault.clone(), self.store.clone(), self.inputs_in.clone());
            let timing = self.timing.clone();
            self.sessions.entry(account.jid.clone()).or_insert_with(|| {
                session::spawn(SessionContext {
                    account,
                    vault,
                    store,
                    inputs,
                    timing,
                })
            });
        }
    }

    pub(super) async fn sweep(&mut self) {
        let kept = SignedDuration::from_hours(24 * i64::from(self.general.keep_days));
        let Ok(before) = Timestamp::now().checked_sub(kept) else {
            return;
        };
        match self.store.sweep(before).await {
            Ok(0) => {}
            Ok(count) => {
                tracing::info!(count, "rows older than they are kept for were removed");
                self.removed().await;
            }
            Err(error) => tracing::warn!(%error, "sweeping the store"),
        }
    }
}
