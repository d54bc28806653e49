//! Who publishes: an account, or a component.

use std::path::Path;

use jid::BareJid;
use mailwren_core::account::Account;
use mailwren_core::said::Said;

use super::progress::Obstacle;
use super::{Entry, Target};
use crate::config::{Component, Config};

/// Who publishes.
#[derive(Debug, Clone)]
pub(super) enum Origin {
    /// An account.
    Account(Box<Account>),
    /// A component.
    Component(Component),
}

impl Origin {
    /// Its address, by which targets name it.
    pub(super) fn jid(&self) -> &str {
        match self {
            Self::Account(account) => &account.jid,
            Self::Component(component) => component.domain.as_str(),
        }
    }

    /// The same.
    ///
    /// # Errors
    /// When the configuration was read by somebody who didn't look.
    pub(super) fn bare(&self) -> Result<BareJid, Obstacle> {
        match self {
            Self::Account(account) => {
                BareJid::new(&account.jid).map_err(|error| Obstacle::lasting(Said::text(error), None))
            }
            Self::Component(component) => Ok(component.domain.clone()),
        }
    }

    /// The publisher's name for whose mailbox it is, where an entry has none.
    pub(super) fn name<'a>(&'a self, entry: &'a Entry) -> &'a str {
        entry.name.as_deref().unwrap_or_else(|| self.jid())
    }
}

/// All who may publish, as configured now.
pub(super) struct Origins(Result<Config, Obstacle>);

impl Origins {
    pub(super) fn load(config: &Path) -> Self {
        let loaded = Config::load(config).map(|loaded| loaded.config);
        Self(loaded.map_err(|error| Obstacle::configuration(error.said(), None)))
    }

    /// The one of this address; the only account where it isn't named.
    pub(super) fn find(&self, named: Option<&str>) -> Result<Origin, Obstacle> {
        let config = self.0.as_ref().map_err(Clone::clone)?;
        let mut accounts = config.accounts.iter().filter(|account| account.enabled && account.xmpp);
        let origin = |account: &Account| Origin::Account(Box::new(account.clone()));
        let hint = || Some(Said::word("api-no-account-do"));
        match named {
            Some(jid) => {
                let component = || {
                    let mut components = config.components.iter();
                    let found = components.find(|component| component.domain.as_str() == jid);
                    found.cloned().map(Origin::Component)
                };
                let account = accounts.find(|account| account.jid == jid).map(origin);
                account
                    .or_else(component)
                    .ok_or_else(|| Obstacle::configuration(Said::word("outbox-no-account").with("jid", jid), hint()))
            }
            None => match (accounts.next(), accounts.next()) {
                (Some(account), None) => Ok(origin(account)),
                (None, _) => Err(Obstacle::configuration(
                    Said::word("cli-none"),
                    Some(Said::word("cli-none-do")),
                )),
                (Some(_), Some(_)) => Err(Obstacle::configuration(
                    Said::word("outbox-several"),
                    Some(Said::word("outbox-several-do")),
                )),
            },
        }
    }

    /// A target with its account, whether it names that or leaves it out, so that order is kept among both.
    pub(super) fn meant(&self, target: &Target) -> Target {
        let account = match &target.account {
            None => self.find(None).ok().map(|origin| origin.jid().to_owned()),
            named => named.clone(),
        };
        Target {
            account,
            ..target.clone()
        }
    }
}

/// The account that publishes, as configured now.
pub(crate) fn account(config: &Path, jid: &str) -> Result<Account, Obstacle> {
    match Origins::load(config).find(Some(jid))? {
        Origin::Account(account) => Ok(*account),
        Origin::Component(_) => Err(Obstacle::configuration(
            Said::word("cli-no-account").with("jid", jid),
            None,
        )),
    }
}
