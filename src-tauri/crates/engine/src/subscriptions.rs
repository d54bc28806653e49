//! Subscriptions as a person changes them: at the service and in the configuration, in step.

use std::sync::Arc;
use std::time::Duration;

use jid::{BareJid, Jid};
use mailwren_core::MAIL_NODE;
use mailwren_core::account::{Account, Subscription};
use mailwren_core::discovery::{ListedSubscription, Standing};
use mailwren_core::said::Said;
use mailwren_core::view::{ApiCode, ApiError, Command, Reply};
use tokio::sync::oneshot;

use crate::commands::{invalid, keyring, not_found};
use crate::config::checked;
use crate::run::{Engine, Request};
use crate::socket::closed;
use crate::vault;
use crate::xmpp::iq::{Asker, IqError};
use crate::xmpp::resolve::SystemResolver;
use crate::xmpp::talk::{LogInError, Talk};
use crate::xmpp::{ConnectError, session, subscriptions};

/// Limit of one command, however many services there are.
const LIMIT: Duration = Duration::from_secs(60);

/// What a command asks through: the account's session, else a short one of its own.
struct Line {
    asker: Asker,
    own: BareJid,
    talk: Option<Talk>,
}

impl Line {
    async fn close(self) {
        let Self { asker, talk, .. } = self;
        drop(asker);
        if let Some(talk) = talk {
            talk.close().await;
        }
    }
}

impl Engine {
    /// Runs beside the engine, like every command that waits for a server.
    pub(crate) async fn subscriptions(&self, jid: String) -> Result<Reply, ApiError> {
        within_limit(async {
            let (account, line) = self.line(&jid).await?;
            let listed = subscriptions::list(&line.asker, &line.own, &account).await;
            line.close().await;
            let subscriptions: Vec<ListedSubscription> = listed.map_err(over)?;
            Ok(Reply::Subscriptions { subscriptions })
        })
        .await
    }

    pub(crate) async fn subscribe(&self, jid: String, service: String, node: String) -> Result<Reply, ApiError> {
        within_limit(async {
            let wanted = Subscription { service, node };
            let mut account = self.account(&jid).await?;
            let wanted = self.in_normal_form(&account, wanted)?;
            if wanted.service == account.jid {
                return self.listen_to_own(account, &wanted).await;
            }
            let (_, line) = self.line(&jid).await?;
            let service = service_of(&wanted)?;
            let made = subscriptions::add(&line.asker, &line.own, &service, &wanted.node).await;
            line.close().await;
            let standing = made.map_err(|error| refused(subscriptions::refusal(&error, &service)))?;
            let note = match standing {
                Standing::Subscribed => None,
                Standing::Pending => Some(Said::word("node-to-approve")),
                Standing::Unconfigured => Some(Said::word("node-unconfigured")),
                Standing::None => {
                    let none = Said::word("node-not-made").with("service", service.to_string());
                    return Err(refused(none));
                }
            };
            // It is told once, with the first.
            let note = note.or_else(|| {
                account
                    .subscriptions
                    .is_empty()
                    .then(|| Said::word("node-own-account-do"))
            });
            if !account.subscriptions.contains(&wanted) {
                account.subscriptions.push(wanted);
                self.save(account).await?;
            }
            Ok(Reply::Subscription { standing, note })
        })
        .await
    }

    pub(crate) async fn unsubscribe(&self, jid: String, service: String, node: String) -> Result<Reply, ApiError> {
        within_limit(async {
            let wanted = Subscription { service, node };
            let mut account = self.account(&jid).await?;
            let wanted = self.in_normal_form(&account, wanted)?;
            if wanted.service == account.jid && wanted.node == MAIL_NODE {
                if !account.pep {
                    return Err(no_such(&wanted));
                }
                account.pep = false;
                self.save(account).await?;
                return Ok(ended(None));
            }
            let configured = account.subscriptions.contains(&wanted);
            let service = service_of(&wanted)?;
            let at_service = match self.line(&jid).await {
                Ok((_, line)) => {
                    let gone = subscriptions::remove(&line.asker, &line.own, &service, &wanted.node).await;
                    line.close().await;
                    gone.map_err(|error| refused(subscriptions::refusal(&error, &service)))
                }
                Err(error) => Err(error),
            };
            match at_service {
                Ok(false) if !configured => return Err(no_such(&wanted)),
                // A service that is gone for good must not keep its node in the configuration.
                Err(error) if !configured => return Err(error),
                _ => {}
            }
            if configured {
                account.subscriptions.retain(|s| *s != wanted);
                self.save(account).await?;
            }
            let note = at_service.err().map(|error| {
                Said::word("node-still-there")
                    .with("service", service.to_string())
                    .with("why", error.message)
            });
            Ok(ended(note))
        })
        .await
    }

    /// The own mail node takes no lasting subscription: the account listens to it, or not.
    async fn listen_to_own(&self, mut account: Account, wanted: &Subscription) -> Result<Reply, ApiError> {
        if wanted.node != MAIL_NODE {
            return Err(invalid(Said::word("api-own-node").with("node", MAIL_NODE)));
        }
        if !account.pep {
            account.pep = true;
            self.save(account).await?;
        }
        Ok(Reply::Subscription {
            standing: Standing::Subscribed,
            note: None,
        })
    }

    fn in_normal_form(&self, account: &Account, wanted: Subscription) -> Result<Subscription, ApiError> {
        let account = Account {
            subscriptions: vec![wanted],
            ..account.clone()
        };
        let account = checked(account).map_err(|flaw| invalid(flaw.said()))?;
        let wanted = account.subscriptions.into_iter().next();
        wanted.ok_or_else(closed)
    }

    async fn account(&self, jid: &str) -> Result<Account, ApiError> {
        match self.call_run(Command::Accounts).await? {
            Reply::Accounts { accounts } => accounts
                .into_iter()
                .find(|a| a.jid == jid)
                .ok_or_else(|| not_found(jid)),
            _ => Err(closed()),
        }
    }

    async fn save(&self, account: Account) -> Result<(), ApiError> {
        let save = Command::SaveAccount {
            account,
            password: None,
            mailbox_password: None,
        };
        self.call_run(save).await.map(|_| ())
    }

    /// The session that is up, or one that only asks.
    async fn line(&self, jid: &str) -> Result<(Account, Line), ApiError> {
        let account = self.account(jid).await?;
        if !account.xmpp {
            return Err(invalid(Said::word("api-no-xmpp").with("jid", jid)));
        }
        let own = BareJid::new(&account.jid).map_err(|e| invalid(Said::text(e)))?;
        let (answer, asker) = oneshot::channel();
        let request = Request::Asker {
            jid: account.jid.clone(),
            answer,
        };
        self.requests.send(request).await.map_err(|_| closed())?;
        if let Some(asker) = asker.await.map_err(|_| closed())? {
            let talk = None;
            return Ok((account, Line { asker, own, talk }));
        }
        let password = vault::password(&account, self.vault.clone())
            .await
            .map_err(|error| keyring(error.said()))?;
        let memory = session::remembered(&self.store, &account.jid)
            .await
            .map_err(crate::commands::store)?;
        let talk = Talk::log_in(&account, &password, Arc::new(SystemResolver), memory).await;
        let (talk, _) = talk.map_err(|error| match error {
            LogInError::Connect(error) => unreached(&error),
            LogInError::Bind(error) => over(error),
        })?;
        let asker = talk.asker().clone();
        let talk = Some(talk);
        Ok((account, Line { asker, own, talk }))
    }
}

async fn within_limit(work: impl Future<Output = Result<Reply, ApiError>>) -> Result<Reply, ApiError> {
    tokio::time::timeout(LIMIT, work)
        .await
        .unwrap_or_else(|_| Err(refused(Said::word("trouble-slow"))))
}

fn service_of(wanted: &Subscription) -> Result<Jid, ApiError> {
    Jid::new(&wanted.service).map_err(|e| invalid(Said::text(e)))
}

const fn ended(note: Option<Said>) -> Reply {
    Reply::Subscription {
        standing: Standing::None,
        note,
    }
}

const fn refused(message: Said) -> ApiError {
    ApiError::new(ApiCode::Refused, message)
}

fn unreached(error: &ConnectError) -> ApiError {
    refused(error.trouble.said()).hint(error.hint())
}

fn over(error: IqError) -> ApiError {
    refused(error.said())
}

fn no_such(wanted: &Subscription) -> ApiError {
    let none = Said::word("api-no-subscription")
        .with("node", &wanted.node)
        .with("service", &wanted.service);
    ApiError::new(ApiCode::NotFound, none).hint(Said::word("api-no-subscription-do"))
}
