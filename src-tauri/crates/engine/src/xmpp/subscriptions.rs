//! An account's subscriptions, as a person asks for them: listed, added, ended. What the configuration says of them is
//! the engine's business; this is the service's side.

use jid::{BareJid, Jid};
use mailwren_core::MAIL_NODE;
use mailwren_core::account::{Account, Subscription};
use mailwren_core::discovery::{ListedSubscription, Standing, SubscriptionOption};
use mailwren_core::said::Said;

use super::iq::{Asker, IqError};
use super::look::Look;
use super::subscribe::{self, Held};

/// More subscriptions than this aren't asked for their options.
const MOST_ASKED: usize = 40;

/// The configured subscriptions, then those that the account's services know of beside them.
///
/// # Errors
/// [`IqError::Ended`] if the session is over.
pub(crate) async fn list(asker: &Asker, own: &BareJid, account: &Account) -> Result<Vec<ListedSubscription>, IqError> {
    let look = Look { asker, own };
    let account_jid = Jid::from(own.clone());
    let mut listed = Vec::new();
    let mut beside = Vec::new();
    if account.pep {
        listed.push(own_node(look, account).await?);
    }
    let mut services = look.services(account).await?;
    services.push(account_jid.clone());
    for service in services {
        let configured: Vec<&Subscription> = account
            .subscriptions
            .iter()
            .filter(|s| s.service == service.as_str())
            .collect();
        let held = match look.held(&service).await {
            Ok(held) => held,
            Err(IqError::Ended) => return Err(IqError::Ended),
            Err(error) => {
                let trouble = subscribe::refusal(&error, service.as_str());
                listed.extend(configured.iter().map(|wanted| ListedSubscription {
                    trouble: Some(trouble.clone()),
                    ..unanswered(wanted)
                }));
                continue;
            }
        };
        // The own node's are each session's own affair.
        let held: Vec<Held> = held
            .into_iter()
            .filter(|h| service != account_jid || h.node != MAIL_NODE)
            .collect();
        for wanted in &configured {
            let mine: Vec<&Held> = held
                .iter()
                .filter(|h| h.node == wanted.node && h.is_shared(own))
                .collect();
            if mine.is_empty() {
                listed.push(ListedSubscription {
                    standing: Some(Standing::None),
                    trouble: Some(Said::word("node-to-subscribe")),
                    ..unanswered(wanted)
                });
            }
            for one in mine {
                let options = options(asker, &service, one, listed.len()).await?;
                listed.push(held_one(&service, one, own, true, options));
            }
        }
        for one in held.iter().filter(|h| !configured.iter().any(|c| c.node == h.node)) {
            beside.push(held_one(&service, one, own, false, Vec::new()));
        }
        // A full JID's, on a node that is configured as well.
        for one in held.iter().filter(|h| !h.is_shared(own)) {
            if configured.iter().any(|c| c.node == one.node) {
                beside.push(held_one(&service, one, own, false, Vec::new()));
            }
        }
    }
    listed.extend(beside);
    Ok(listed)
}

fn unanswered(wanted: &Subscription) -> ListedSubscription {
    ListedSubscription {
        service: wanted.service.clone(),
        node: wanted.node.clone(),
        configured: true,
        standing: None,
        jid: None,
        subid: None,
        options: Vec::new(),
        trouble: None,
    }
}

fn held_one(
    service: &Jid,
    held: &Held,
    own: &BareJid,
    configured: bool,
    options: Vec<SubscriptionOption>,
) -> ListedSubscription {
    let withheld = options
        .iter()
        .any(|o| o.name == "deliver" && matches!(o.value.as_str(), "0" | "false"));
    let trouble = match held.standing {
        _ if !held.is_shared(own) => Some(Said::word("node-of-another")),
        Standing::Pending => Some(Said::word("node-to-approve")),
        Standing::Unconfigured => Some(Said::word("node-unconfigured")),
        Standing::Subscribed if withheld => Some(Said::word("node-withheld")),
        Standing::Subscribed | Standing::None => None,
    };
    ListedSubscription {
        service: service.to_string(),
        node: held.node.clone(),
        configured,
        standing: Some(held.standing),
        jid: Some(held.jid.to_string()),
        subid: held.subid.clone(),
        options,
        trouble,
    }
}

/// The own mail node, which is listened to by interest.
async fn own_node(look: Look<'_>, account: &Account) -> Result<ListedSubscription, IqError> {
    let wanted = Subscription {
        service: account.jid.clone(),
        node: MAIL_NODE.to_owned(),
    };
    let pep = look.has_pep().await?;
    let trouble = (!pep).then(|| Said::word("node-no-pep"));
    Ok(ListedSubscription {
        standing: Some(if pep { Standing::Subscribed } else { Standing::None }),
        trouble,
        ..unanswered(&wanted)
    })
}

/// A subscription's options; none from a service that has none.
async fn options(
    asker: &Asker,
    service: &Jid,
    held: &Held,
    asked_already: usize,
) -> Result<Vec<SubscriptionOption>, IqError> {
    if asked_already >= MOST_ASKED || held.standing != Standing::Subscribed {
        return Ok(Vec::new());
    }
    match asker.get(service, subscribe::options(held)).await {
        Ok(answer) => Ok(subscribe::told_options(answer.as_ref())),
        Err(IqError::Ended) => Err(IqError::Ended),
        Err(_) => Ok(Vec::new()),
    }
}

/// Subscribes the bare JID to a node, unless it is subscribed or waits for the owner already.
///
/// # Errors
/// What the service answers.
pub(crate) async fn add(asker: &Asker, own: &BareJid, service: &Jid, node: &str) -> Result<Standing, IqError> {
    let look = Look { asker, own };
    let held = match look.held(service).await {
        Ok(held) => held,
        // One that doesn't list them may take them all the same; subscribing twice changes nothing there.
        Err(IqError::Refused(_)) => Vec::new(),
        Err(error) => return Err(error),
    };
    let there = held.iter().find(|h| h.node == node && h.is_shared(own));
    match there.map(|held| held.standing) {
        Some(standing @ (Standing::Subscribed | Standing::Pending)) => Ok(standing),
        _ => {
            let asked = subscribe::subscribe(node, &own.clone().into());
            let answer = asker.set(service, asked).await?;
            Ok(subscribe::subscribed(answer.as_ref()))
        }
    }
}

/// Ends every subscription of the bare JID to a node, each by its id. Tells whether there was one.
///
/// # Errors
/// What the service answers.
pub(crate) async fn remove(asker: &Asker, own: &BareJid, service: &Jid, node: &str) -> Result<bool, IqError> {
    let look = Look { asker, own };
    let held = match look.held(service).await {
        Ok(held) => held,
        // Tried without a list.
        Err(IqError::Refused(_)) => vec![Held {
            node: node.to_owned(),
            jid: own.clone().into(),
            standing: Standing::Subscribed,
            subid: None,
        }],
        Err(error) => return Err(error),
    };
    let mut was_there = false;
    for one in held.iter().filter(|h| h.node == node && h.is_shared(own)) {
        match asker.set(service, subscribe::unsubscribe(one)).await {
            Ok(_) => was_there = true,
            Err(error) if subscribe::is_not_subscribed(&error) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(was_there)
}

/// Why a service refused, for a person.
pub(crate) fn refusal(error: &IqError, service: &Jid) -> Said {
    subscribe::refusal(error, service.as_str())
}
