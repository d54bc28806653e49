//! What faces ask of the engine, carried out.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt as _;
use futures::future::BoxFuture;
use jiff::{SignedDuration, Timestamp, ZonedDateTime};
use mailwren_core::account::{Account, PasswordSource};
use mailwren_core::discovery::Discovery;
use mailwren_core::doctor::{EngineFound, Keyring};
use mailwren_core::model::Input;
use mailwren_core::opening::{THUNDERBIRD, opens};
use mailwren_core::policy::Hush;
use mailwren_core::quiet::Later;
use mailwren_core::redact::redact;
use mailwren_core::rules::{self, Rule, Rules, Subject};
use mailwren_core::said::Said;
use mailwren_core::view::{ApiCode, ApiError, Command, Filter, Notice, Pause, Problem, Reply, Row, TestStep};
use secrecy::SecretString;
use tokio::sync::oneshot;

use crate::config::{ConfigError, ConfigProblem, checked, edition};
use crate::imap::{self, Access};
use crate::log;
use crate::outbox::sending::Sending;
use crate::popups;
use crate::ports::NotifierError;
use crate::program::is_on_path;
use crate::run::{Engine, Request, Run, Sample};
use crate::socket::closed;
use crate::store::StoreError;
use crate::vault::{self, MemoryVault, Vault, VaultError};
use crate::xmpp::resolve::SystemResolver;
use crate::xmpp::{probe, session};

/// No reply holds more rows.
const ROWS: u32 = 500;
/// Nothing is put off for longer.
const LONGEST_SNOOZE: SignedDuration = SignedDuration::from_hours(366 * 24);
/// The most that [`Command::Mailboxes`] gives.
const MAILBOXES: u32 = 200;
/// The hours that [`Command::Arrivals`] covers.
const HOURS: u32 = 24;

/// A keyring that doesn't answer for so long asks a person.
const KEYRING_PATIENCE: Duration = Duration::from_secs(5);

impl Engine {
    /// Carries a command out.
    ///
    /// # Errors
    /// [`ApiError`] says what is wrong and, where it can, what to do.
    pub fn call(&self, command: Command) -> BoxFuture<'_, Result<Reply, ApiError>> {
        async move {
            match command {
                Command::Feed { filter, before, limit } => {
                    let mut page = self
                        .store
                        .feed(filter, before, limit.clamp(1, ROWS))
                        .await
                        .map_err(store)?;
                    self.tell_openings(&mut page.rows);
                    Ok(Reply::Feed {
                        rows: page.rows,
                        more: page.more,
                        rev: page.rev,
                    })
                }
                Command::Changes { since } => {
                    let mut page = self.store.changes(since, ROWS).await.map_err(store)?;
                    self.tell_openings(&mut page.rows);
                    Ok(Reply::Changes {
                        rows: page.rows,
                        more: page.more,
                        rev: page.rev,
                    })
                }
                Command::Row { seq } => {
                    let mut row = self.store.row(seq).await.map_err(store)?;
                    self.tell_openings(row.as_mut_slice());
                    Ok(Reply::Row { row })
                }
                Command::Arrivals => {
                    let hours = self.store.arrivals(Timestamp::now(), HOURS).await.map_err(store)?;
                    Ok(Reply::Arrivals { hours })
                }
                Command::Mailboxes { account } => {
                    let mailboxes = self.store.mailboxes(account, MAILBOXES).await.map_err(store)?;
                    Ok(Reply::Mailboxes { mailboxes })
                }
                Command::Status => Ok(Reply::Status {
                    status: self.status.borrow().clone(),
                }),
                Command::TestAccount {
                    account,
                    password,
                    mailbox_password,
                    run,
                } => Box::pin(self.test(account, password, mailbox_password, run)).await,
                Command::Subscriptions { jid } => Box::pin(self.subscriptions(jid)).await,
                Command::Subscribe { jid, service, node } => Box::pin(self.subscribe(jid, service, node)).await,
                Command::Unsubscribe { jid, service, node } => Box::pin(self.unsubscribe(jid, service, node)).await,
                Command::TryRule { rule } => self.try_rule(rule).await,
                Command::SendSample => self.send_sample().await,
                Command::Examine => self.examine().await,
                Command::Log => self.log().await,
                Command::ShowFeed => {
                    self.notices.send(Notice::Open { seq: None }).ok();
                    Ok(Reply::Done { count: 1 })
                }
                command => self.call_run(command).await,
            }
        }
        .boxed()
    }

    /// Has the engine's own task carry a command out.
    pub(crate) async fn call_run(&self, command: Command) -> Result<Reply, ApiError> {
        let (answer, reply) = oneshot::channel();
        self.requests
            .send(Request::Command { command, answer })
            .await
            .map_err(|_| closed())?;
        reply.await.unwrap_or_else(|_| Err(closed()))
    }

    /// Tells of rows what opening them opens.
    fn tell_openings(&self, rows: &mut [Row]) {
        let accounts = self.accounts.borrow();
        let has_thunderbird = is_on_path(THUNDERBIRD);
        for row in rows {
            let account = accounts.iter().find(|account| account.jid == row.account);
            row.opens = opens(account, &row.event, has_thunderbird);
        }
    }

    /// Looks beside the engine's task: a large store, or a keyring that asks a person, takes its time.
    async fn examine(&self) -> Result<Reply, ApiError> {
        let (config, (config_faults, accounts)) = (self.config.path().display().to_string(), self.configured());
        let by_keyring = accounts
            .iter()
            .filter(|account| account.enabled)
            .find_map(|account| match &account.imap {
                _ if account.xmpp && account.password == PasswordSource::Keyring => Some(account.jid.clone()),
                Some(server) if server.by_keyring() => Some(vault::mailbox_entry(account, server)),
                _ => None,
            });
        let keyring_needed = by_keyring.is_some();
        let asked = by_keyring.unwrap_or_else(|| "nobody@invalid".to_owned());
        let answer = vault::ask(self.vault.clone(), move |vault| vault.get(&asked).map(drop));
        let (store, keyring) = tokio::join!(self.store.check(), tokio::time::timeout(KEYRING_PATIENCE, answer));
        Ok(Reply::Examine {
            found: EngineFound {
                config,
                config_faults,
                store_fault: store.err().map(|error| error.said()),
                keyring: match keyring {
                    Ok(Ok(())) => Keyring::Open,
                    Ok(Err(VaultError::Absent(_))) => Keyring::Absent,
                    // One that asks a person is locked as well.
                    Ok(Err(VaultError::Locked)) | Err(_) => Keyring::Locked,
                    Ok(Err(VaultError::Failed(why))) => Keyring::Failed(why),
                },
                keyring_needed,
            },
        })
    }

    /// The end of the log, for somebody else's eyes.
    async fn log(&self) -> Result<Reply, ApiError> {
        // The file may have accounts that aren't in force, and those in force may be gone from it.
        let (_, mut accounts) = self.configured();
        if let Reply::Accounts { accounts: others } = self.call_run(Command::Accounts).await? {
            accounts.extend(others);
        }
        let folder = self.log_dir.clone();
        let read = tokio::task::spawn_blocking(move || {
            let home = etcetera::home_dir().ok();
            let home = home.as_ref().and_then(|home| home.to_str());
            let end = log::end(&folder).map_err(|error| Said::at(&folder, Said::text(error)))?;
            Ok::<_, Said>(redact(&end, &accounts, home))
        });
        match read.await {
            Ok(Ok(text)) => Ok(Reply::Log { text }),
            Ok(Err(unread)) => Err(ApiError::new(ApiCode::Internal, unread)),
            Err(_) => Err(internal("reading the log")),
        }
    }

    /// What is wrong with the configuration, and its accounts.
    fn configured(&self) -> (Vec<Said>, Vec<Account>) {
        match self.config.load() {
            Ok(loaded) => {
                let faults = loaded.problems.iter().map(ConfigProblem::said).collect();
                (faults, loaded.config.accounts)
            }
            Err(error) => (vec![error.said()], Vec::new()),
        }
    }

    /// Waits for the notification daemon beside the engine's task, which it would hold up.
    async fn send_sample(&self) -> Result<Reply, ApiError> {
        let (answer, sample) = oneshot::channel();
        self.requests
            .send(Request::Sample { answer })
            .await
            .map_err(|_| closed())?;
        let withheld = match sample.await.map_err(|_| closed())? {
            Sample::Underway(shown) => match shown.await.map_err(|_| closed())? {
                Ok(()) => None,
                Err(NotifierError::Inhibited) => Some(Hush::DoNotDisturb),
                Err(error) => {
                    let Problem { message, hint, .. } = popups::trouble(&error);
                    return Err(ApiError {
                        code: ApiCode::Refused,
                        message,
                        hint,
                    });
                }
            },
            Sample::Withheld(hush) => Some(hush),
            Sample::Headless => {
                let headless = ApiError::new(ApiCode::Refused, Said::word("api-headless"));
                return Err(headless.hint(Said::word("api-headless-do")));
            }
        };
        Ok(Reply::SendSample { withheld })
    }

    /// What a rule would have matched of the newest rows.
    async fn try_rule(&self, rule: Rule) -> Result<Reply, ApiError> {
        let page = self.store.feed(Filter::default(), None, ROWS).await.map_err(store)?;
        let labels: HashMap<String, String> = {
            let status = self.status.borrow();
            status
                .accounts
                .iter()
                .map(|a| (a.jid.clone(), a.label.clone()))
                .collect()
        };
        let now = Timestamp::now();
        let (rules, faults) = Rules::compile(&[rule]);
        let matches = |row: &&Row| {
            let mail = Subject {
                account: Some(&row.account),
                label: labels.get(&row.account).map(String::as_str),
                event: &row.event,
            };
            !rules.judge(&mail, now).matched.is_empty()
        };
        Ok(Reply::TryRule {
            fault: faults.first().map(|(_, fault)| fault.said()),
            seqs: page.rows.iter().filter(matches).map(|row| row.seq).collect(),
            of: u32::try_from(page.rows.len()).unwrap_or(ROWS),
        })
    }

    /// Runs beside the engine: a slow server holds up nothing.
    async fn test(
        &self,
        account: Account,
        password: Option<String>,
        mailbox_password: Option<String>,
        run: u32,
    ) -> Result<Reply, ApiError> {
        let account = checked(account).map_err(|flaw| invalid(flaw.said()))?;
        let tell = |step: TestStep| {
            self.notices.send(Notice::Test { run, step }).ok();
        };
        let (mut passed, mut found) = (true, Discovery::default());
        if account.xmpp {
            let password = match password {
                Some(password) => SecretString::from(password),
                None => vault::password(&account, self.vault.clone())
                    .await
                    .map_err(|error| keyring(error.said()))?,
            };
            (passed, found) = probe::probe(&account, &password, Arc::new(SystemResolver), tell).await;
        }
        if let Some(server) = account.imap.as_ref().filter(|_| passed) {
            let vault: Arc<dyn Vault> = match mailbox_password {
                Some(password) => {
                    let entered = MemoryVault::default();
                    let entry = vault::mailbox_entry(&account, server);
                    entered
                        .set(&entry, &SecretString::from(password))
                        .map_err(|error| keyring(error.said()))?;
                    Arc::new(entered)
                }
                None => self.vault.clone(),
            };
            let access = Access::of(&account, server, vault);
            passed = imap::probe::probe(&access, &server.folders, !account.xmpp, tell).await;
        }
        Ok(Reply::TestAccount { passed, found })
    }
}

impl Run {
    pub(crate) async fn command(&mut self, command: Command) -> Result<Reply, ApiError> {
        let now = Timestamp::now();
        match command {
            Command::Mark { seqs, read } => {
                let rows = self.store.mark(seqs, read, now).await.map_err(store)?;
                let count = rows.len();
                self.mark_in_mailbox(&rows, read);
                self.changed(rows).await;
                Ok(done(count))
            }
            Command::Pause { until } => {
                if until.is_some_and(|until| until <= now) {
                    return Err(invalid(Said::word("api-pause-past")));
                }
                self.feed(Input::Pause(Pause { until })).await;
                Ok(done(1))
            }
            Command::Resume => {
                self.feed(Input::Resume).await;
                Ok(done(1))
            }
            Command::Snooze { seqs, later } => self.snooze(seqs, later).await,
            Command::Mute { seq, until } => self.mute(seq, until).await,
            Command::Unmute { seq } => self.unmute(seq).await,
            Command::DismissProblem { code } => self.dismiss(&code).await,
            Command::GeneralSettings => Ok(Reply::GeneralSettings {
                settings: self.general.clone(),
            }),
            Command::SaveGeneralSettings { settings } => {
                self.config.save_general(&settings).map_err(config)?;
                self.reload().await
            }
            Command::ExportSettings => Ok(Reply::ExportSettings {
                text: self.config.export().map_err(config)?,
            }),
            Command::ImportSettings { name, text } => {
                let backup = self.config.import(&name, &text, now).map_err(config)?;
                self.reload().await?;
                Ok(Reply::ImportSettings {
                    backup: backup.map(|path| path.display().to_string()),
                })
            }
            Command::RestoreSettings { backup } => {
                self.config.restore(&backup).map_err(config)?;
                self.reload().await
            }
            Command::NotificationSettings => Ok(Reply::NotificationSettings {
                settings: self.notifications.clone(),
            }),
            Command::SaveNotificationSettings { settings } => {
                self.config.save_notifications(&settings).map_err(config)?;
                self.reload().await
            }
            Command::Rules => Ok(Reply::Rules {
                rules: self.rules.clone(),
                edition: edition(&self.rules),
            }),
            Command::SaveRule { at, rule, edition } => {
                self.config.save_rule(at, &rule, &edition).map_err(config)?;
                self.reload().await
            }
            Command::RemoveRule { at, edition } => {
                self.config.remove_rule(at, &edition).map_err(config)?;
                self.reload().await
            }
            Command::MoveRule { from, to, edition } => {
                self.config.move_rule(from, to, &edition).map_err(config)?;
                self.reload().await
            }
            Command::Accounts => Ok(Reply::Accounts {
                accounts: self.accounts.clone(),
            }),
            Command::SaveAccount {
                account,
                password,
                mailbox_password,
            } => self.save(account, password, mailbox_password).await,
            Command::RemoveAccount { jid, forget } => self.remove(jid, forget).await,
            Command::MoveAccount { jid, before } => {
                match self.config.move_account(&jid, before.as_deref()).map_err(config)? {
                    true => self.reload().await,
                    false => {
                        let there = self.accounts.iter().any(|account| account.jid == jid);
                        Err(not_found(before.filter(|_| there).as_ref().unwrap_or(&jid)))
                    }
                }
            }
            Command::Retry { jid } => match self.retry(&jid) {
                true => Ok(done(1)),
                false => Err(not_found(&jid)),
            },
            Command::HandOver if self.headless() => {
                self.stop();
                Ok(done(1))
            }
            Command::HandOver => Err(ApiError::new(ApiCode::Forbidden, Said::word("api-running"))),
            Command::Feed { .. }
            | Command::Changes { .. }
            | Command::Row { .. }
            | Command::Arrivals
            | Command::Mailboxes { .. }
            | Command::Status
            | Command::MarkAllRead { .. }
            | Command::Act { .. }
            | Command::UndoAct { .. }
            | Command::ShowFeed
            | Command::Subscriptions { .. }
            | Command::Subscribe { .. }
            | Command::Unsubscribe { .. }
            | Command::TryRule { .. }
            | Command::SendSample
            | Command::Examine
            | Command::Log
            | Command::TestAccount { .. } => Err(internal("a command that never comes here")),
        }
    }

    /// The model learns of it, and the new counts are told before the reply leaves.
    pub(crate) async fn changed(&mut self, rows: Vec<Row>) {
        if rows.is_empty() {
            return;
        }
        self.feed(Input::Changed(rows)).await;
        self.recount().await;
        self.share();
    }

    async fn snooze(&mut self, seqs: Vec<i64>, later: Option<Later>) -> Result<Reply, ApiError> {
        let now = ZonedDateTime::now();
        let until = later.map(|later| later.from(&now));
        let longest = now.timestamp() + LONGEST_SNOOZE;
        if until.is_some_and(|until| until <= now.timestamp() || until > longest) {
            return Err(invalid(Said::word("api-snooze-when")));
        }
        let rows = self.store.snooze(seqs, until, now.timestamp()).await.map_err(store)?;
        let count = rows.len();
        self.changed(rows).await;
        Ok(done(count))
    }

    async fn mute(&mut self, seq: i64, until: Option<Timestamp>) -> Result<Reply, ApiError> {
        if until.is_some_and(|until| until <= Timestamp::now()) {
            return Err(invalid(Said::word("api-mute-past")));
        }
        let row = self.row(seq).await?;
        let rule = rules::mute(&row.event, until).ok_or_else(|| invalid(Said::word("api-mute-nobody")))?;
        let muted = |known: &Rule| known.enabled && known.until == until && rules::is_mute_of(known, &row.event);
        if !self.rules.iter().any(|entry| muted(&entry.rule)) {
            self.config.add_rule(&rule).map_err(config)?;
            self.reload().await?;
        }
        self.feed(Input::Muted(Box::new(row))).await;
        Ok(done(1))
    }

    async fn unmute(&mut self, seq: i64) -> Result<Reply, ApiError> {
        let row = self.row(seq).await?;
        let removed = self.config.remove_rules(|rule| rules::is_mute_of(rule, &row.event));
        let count = removed.map_err(config)?;
        self.reload().await?;
        Ok(done(count))
    }

    async fn row(&self, seq: i64) -> Result<Row, ApiError> {
        let row = self.store.row(seq).await.map_err(store)?;
        row.ok_or_else(|| {
            let no_event = Said::word("cli-no-event").with("event", seq.to_string());
            ApiError::new(ApiCode::NotFound, no_event).hint(Said::word("cli-no-event-do"))
        })
    }

    /// Puts in force what was written to the configuration.
    async fn reload(&mut self) -> Result<Reply, ApiError> {
        let loaded = self.config.load().map_err(config)?;
        self.adopt(loaded).await;
        Ok(done(1))
    }

    /// Connects what isn't; says whether there is anything to connect.
    fn retry(&self, jid: &str) -> bool {
        let (session, mailbox) = (self.sessions.get(jid), self.mailboxes.get(jid));
        session.inspect(|session| session.retry());
        mailbox.inspect(|mailbox| mailbox.retry());
        session.is_some() || mailbox.is_some()
    }

    async fn keep_password(&self, entry: String, password: String) -> Result<(), ApiError> {
        let password = SecretString::from(password);
        vault::ask(self.vault.clone(), move |vault| vault.set(&entry, &password))
            .await
            .map_err(|error| keyring(error.said()))
    }

    async fn save(
        &mut self,
        account: Account,
        password: Option<String>,
        mailbox_password: Option<String>,
    ) -> Result<Reply, ApiError> {
        let account = checked(account).map_err(|flaw| invalid(flaw.said()))?;
        let by_keyring = account.password == PasswordSource::Keyring;
        // Whoever enters credentials anew accepts how the server takes them now. Those of a file or a command are never
        // entered here: there, saving the account is the word.
        if password.is_some() || !by_keyring {
            self.forget_logins(&account.jid).await?;
        }
        if let Some(password) = password {
            if !by_keyring {
                return Err(invalid(Said::word("api-password-elsewhere")));
            }
            self.keep_password(account.jid.clone(), password).await?;
        }
        if let Some(password) = mailbox_password {
            let server = account.imap.as_ref().filter(|server| server.by_keyring());
            let server = server.ok_or_else(|| invalid(Said::word("api-password-elsewhere")))?;
            self.keep_password(vault::mailbox_entry(&account, server), password)
                .await?;
        }
        let jid = account.jid.clone();
        self.config.save_account(&account).map_err(config)?;
        let loaded = self.config.load().map_err(config)?;
        self.adopt(loaded).await;
        // A new password lets a parked account try again.
        self.retry(&jid);
        Ok(done(1))
    }

    async fn forget_logins(&self, jid: &str) -> Result<(), ApiError> {
        Sending::forget_login(&self.profile, jid);
        session::forget_logins(&self.store, jid).await.map_err(store)
    }

    async fn remove(&mut self, jid: String, forget: bool) -> Result<Reply, ApiError> {
        let Some(account) = self.accounts.iter().find(|a| a.jid == jid) else {
            return Err(not_found(&jid));
        };
        let of_mailbox = account
            .imap
            .as_ref()
            .map(|server| vault::mailbox_entry(account, server));
        self.config.remove_account(&jid).map_err(config)?;
        self.forget_logins(&jid).await?;
        let loaded = self.config.load().map_err(config)?;
        self.adopt(loaded).await;
        if forget {
            self.store.forget(jid.clone()).await.map_err(store)?;
            self.feed(Input::Forgotten { account: jid.clone() }).await;
            self.removed().await;
        }
        // The account is gone either way; a keyring that isn't there keeps a password nobody asks for.
        let forget = move |vault: &dyn Vault| {
            let own = vault.delete(&jid);
            let of_mailbox = of_mailbox.map_or(Ok(()), |entry| vault.delete(&entry));
            own.and(of_mailbox)
        };
        if let Err(error) = vault::ask(self.vault.clone(), forget).await {
            tracing::warn!(%error, "a password stays in the keyring");
        }
        Ok(done(1))
    }
}

pub(crate) fn done(count: usize) -> Reply {
    Reply::Done {
        count: u32::try_from(count).unwrap_or(u32::MAX),
    }
}

pub(crate) const fn invalid(message: Said) -> ApiError {
    ApiError::new(ApiCode::Invalid, message)
}

pub(crate) const fn keyring(message: Said) -> ApiError {
    ApiError::new(ApiCode::Keyring, message)
}

pub(crate) fn not_found(jid: &str) -> ApiError {
    let no_account = Said::word("cli-no-account").with("jid", jid);
    ApiError::new(ApiCode::NotFound, no_account).hint(Said::word("api-no-account-do"))
}

fn internal(what: &str) -> ApiError {
    let failed = Said::word("api-internal").with("what", what);
    ApiError::new(ApiCode::Internal, failed).hint(Said::word("api-internal-do"))
}

pub(crate) fn store(error: StoreError) -> ApiError {
    match error {
        // It is closed with the engine.
        StoreError::Closed => closed(),
        error => ApiError::new(ApiCode::Internal, error.said()),
    }
}

fn config(error: ConfigError) -> ApiError {
    ApiError::new(ApiCode::Invalid, error.said())
}
