//! Subscriptions as a person changes them: at the service and in the configuration, in step.

use std::sync::Arc;
use std::time::Duration;

use jid::{BareJid, Jid};
use mailwren_core::MAIL_NODE;
use mailwren_core::account::{Account, Subscription};
use mailwren_core::discovery::{ListedSubscription, Standing};
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
                Standing::Pending => Some("The owner has still to approve.".to_owned()),
                Standing::Unconfigured => Some("The node wants options to be chosen first: ask its owner.".to_owned()),
                Standing::None => return Err(refused(format!("{service} made no subscription."))),
            };
            // It is told once, with the first.
            let note = note.or_else(|| {
                account.subscriptions.is_empty().then(|| {
                    "Events of a pubsub service come only to a client that takes part in chat (priority 0): with an account \
                     of its own for mail, nobody's messages end up there."
                        .to_owned()
                })
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
                format!(
                    "Mailwren no longer listens to it, but {service} may still have the subscription: {}",
                    error.message
                )
            });
            Ok(ended(note))
        })
        .await
    }

    /// The own mail node takes no lasting subscription: the account listens to it, or not.
    async fn listen_to_own(&self, mut account: Account, wanted: &Subscription) -> Result<Reply, ApiError> {
        if wanted.node != MAIL_NODE {
            return Err(invalid(format!(
                "of the account's own nodes only {MAIL_NODE} can be listened to"
            )));
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
        let account = checked(account).map_err(|flaw| invalid(flaw.to_string()))?;
        let wanted = account.subscriptions.into_iter().next();
        wanted.ok_or_else(|| invalid("no subscription"))
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
            return Err(invalid(format!(
                "{jid} doesn't use XMPP, so there is nothing to subscribe to"
            )));
        }
        let own = BareJid::new(&account.jid).map_err(|e| invalid(e.to_string()))?;
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
            .map_err(|error| keyring(error.to_string()))?;
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
        .unwrap_or_else(|_| Err(refused("The server took too long.")))
}

fn service_of(wanted: &Subscription) -> Result<Jid, ApiError> {
    Jid::new(&wanted.service).map_err(|e| invalid(e.to_string()))
}

const fn ended(note: Option<String>) -> Reply {
    Reply::Subscription {
        standing: Standing::None,
        note,
    }
}

fn refused(message: impl Into<String>) -> ApiError {
    ApiError {
        code: ApiCode::Refused,
        message: message.into(),
        hint: None,
    }
}

fn unreached(error: &ConnectError) -> ApiError {
    ApiError {
        hint: error.hint().map(str::to_owned),
        ..refused(error.to_string())
    }
}

fn over(error: IqError) -> ApiError {
    refused(error.to_string())
}

fn no_such(wanted: &Subscription) -> ApiError {
    ApiError {
        code: ApiCode::NotFound,
        message: format!("There is no subscription to {} on {}.", wanted.node, wanted.service),
        hint: Some("`mailwrenctl subscription list` shows those that there are.".to_owned()),
    }
}
