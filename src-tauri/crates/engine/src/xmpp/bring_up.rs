//! What a fresh session begins with: subscriptions are made sure of, then everything that the nodes hold is fetched.
//!
//! A node that isn't in order (the service is down, the owner has still to approve, …) is looked after again and again,
//! more and more seldom, as long as the session lasts.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use jid::{BareJid, Jid};
use mailwren_core::account::{Account, Subscription};
use mailwren_core::model::Input;
use mailwren_core::view::{NodeState, NodeStatus};
use minidom::Element;
use tokio::sync::{Notify, mpsc};
use xmpp_parsers::ns;
use xmpp_parsers::stanza_error::{DefinedCondition as Condition, StanzaError};

use super::catch_up::{Care, Fetch, FetchError, Fetched};
use super::iq::{Asker, IqError};
use super::subscribe::{self, Standing};
use crate::store::Store;

/// The longest wait before a node that isn't in order is looked after again, in units of [`BringUp::patience`].
const MOST_WAITS: u32 = 20;

/// All that is needed to bring an account's nodes up.
pub(super) struct BringUp {
    pub(super) account: Account,
    pub(super) own: BareJid,
    pub(super) asker: Asker,
    pub(super) store: Store,
    pub(super) inputs: mpsc::Sender<Input>,
    pub(super) care: Care,
    /// Told when a node should be looked after at once: its owner has approved.
    pub(super) hurry: Arc<Notify>,
    /// First wait before nodes that aren't in order are looked after again.
    pub(super) patience: Duration,
    /// How often everything is fetched, where receiving events isn't to be relied on.
    pub(super) poll: Option<Duration>,
    /// Nodes that aren't in order yet.
    pub(super) open: Vec<Subscription>,
}

/// How a node stands after it was looked after.
struct Outcome {
    state: NodeState,
    trouble: Option<String>,
    in_order: bool,
}

impl Outcome {
    fn refused(trouble: String) -> Self {
        Self {
            state: NodeState::Refused,
            trouble: Some(trouble),
            in_order: false,
        }
    }
}

impl BringUp {
    /// Looks after all nodes once.
    pub(super) async fn first(mut self) -> Self {
        let mut nodes = self.account.nodes();
        nodes.sort();
        nodes.dedup();
        self.open = self.look_after(nodes).await;
        self.tell(Input::CaughtUp {
            account: self.account.jid.clone(),
        })
        .await;
        self
    }

    /// Looks after nodes for as long as one isn't in order, or as events may not be received.
    pub(super) async fn keep(mut self) {
        if let Some(every) = self.poll {
            loop {
                tokio::time::sleep(every).await;
                self.look_after(self.account.nodes()).await;
            }
        }
        let mut wait = self.patience;
        while !self.open.is_empty() {
            tokio::select! {
                () = tokio::time::sleep(wait) => {}
                () = self.hurry.notified() => {}
            }
            wait = (wait * 2).min(self.patience * MOST_WAITS);
            let open = std::mem::take(&mut self.open);
            self.open = self.look_after(open).await;
        }
    }

    /// Looks after nodes, service by service; gives those that aren't in order yet.
    async fn look_after(&self, nodes: Vec<Subscription>) -> Vec<Subscription> {
        let mut by_service: Vec<(String, Vec<Subscription>)> = Vec::new();
        for node in nodes {
            match by_service.iter_mut().find(|(service, _)| *service == node.service) {
                Some((_, nodes)) => nodes.push(node),
                None => by_service.push((node.service.clone(), vec![node])),
            }
        }
        let mut open = Vec::new();
        for (service, nodes) in by_service {
            let address = Jid::new(&service).ok();
            let own = address == Some(Jid::from(self.own.clone()));
            let standings = match &address {
                Some(address) if own => self.pep(address).await,
                Some(address) => self.standings(address).await,
                None => Err(Outcome::refused(format!("{service} isn't an address."))),
            };
            for node in nodes {
                let outcome = match (&standings, &address) {
                    (Ok(standings), Some(address)) => {
                        let standing = if own {
                            Some(Standing::Subscribed)
                        } else {
                            standings.get(&node.node).copied()
                        };
                        self.node(address, &node, standing).await
                    }
                    (Err(outcome), _) => {
                        self.told(&node, Fetched::default()).await;
                        Outcome {
                            state: outcome.state,
                            trouble: outcome.trouble.clone(),
                            in_order: false,
                        }
                    }
                    (Ok(_), None) => continue,
                };
                let status = NodeStatus {
                    service: node.service.clone(),
                    node: node.node.clone(),
                    state: outcome.state,
                    trouble: outcome.trouble,
                };
                self.tell(Input::Node {
                    account: self.account.jid.clone(),
                    node: status,
                })
                .await;
                if !outcome.in_order {
                    open.push(node);
                }
            }
        }
        open
    }

    /// Whether the own server has PEP (XEP-0163 §6.1).
    async fn pep(&self, own: &Jid) -> Result<HashMap<String, Standing>, Outcome> {
        let answer = self.asker.get(own, Element::bare("query", ns::DISCO_INFO)).await;
        let info = answer.map_err(|error| Outcome::refused(subscribe::refusal(&error, "The server")))?;
        let pep = info.iter().flat_map(Element::children).any(|child| {
            child.is("identity", ns::DISCO_INFO)
                && child.attr("category") == Some("pubsub")
                && child.attr("type") == Some("pep")
        });
        if pep {
            Ok(HashMap::new())
        } else {
            Err(Outcome::refused(
                "The server has no PEP, so the account's own node can't be listened to.".to_owned(),
            ))
        }
    }

    /// The subscriptions that the account has at a service. One that doesn't tell them may still take new ones, and
    /// subscribing once more changes nothing.
    async fn standings(&self, service: &Jid) -> Result<HashMap<String, Standing>, Outcome> {
        match self.asker.get(service, subscribe::list()).await {
            Ok(Some(answer)) => Ok(subscribe::listed(&answer, &self.own)),
            Ok(None) => Ok(HashMap::new()),
            Err(IqError::Refused(error)) if !unreachable(&error) => Ok(HashMap::new()),
            Err(error) => Err(Outcome::refused(subscribe::refusal(&error, service.as_str()))),
        }
    }

    /// Makes sure of the subscription to a node, then fetches what it holds.
    async fn node(&self, service: &Jid, node: &Subscription, standing: Option<Standing>) -> Outcome {
        let standing = match standing {
            Some(standing @ (Standing::Subscribed | Standing::Pending)) => Ok(standing),
            _ => {
                let query = subscribe::subscribe(&node.node, &self.own);
                self.asker
                    .set(service, query)
                    .await
                    .map(|answer| subscribe::subscribed(answer.as_ref()))
            }
        };
        let (state, trouble) = match standing {
            Ok(Standing::Subscribed) => (NodeState::Subscribed, None),
            Ok(Standing::Pending) => (NodeState::Pending, Some("The owner has still to approve.".to_owned())),
            Ok(Standing::Unconfigured) => (
                NodeState::Refused,
                Some("The node wants options to be chosen first.".to_owned()),
            ),
            Ok(Standing::None) => (NodeState::Refused, Some("The service made no subscription.".to_owned())),
            Err(error) => (NodeState::Refused, Some(subscribe::refusal(&error, &node.service))),
        };
        if state != NodeState::Subscribed {
            self.told(node, Fetched::default()).await;
            return Outcome {
                state,
                trouble,
                in_order: false,
            };
        }
        let fetch = Fetch {
            asker: &self.asker,
            store: &self.store,
            account: &self.account.jid,
            service,
            node,
            care: &self.care,
        };
        match fetch.run().await {
            Ok(fetched) => {
                let trouble = (fetched.left_out > 0).then(|| match fetched.left_out {
                    1 => "One item is too large or too deep to be read safely, and was left out.".to_owned(),
                    n => format!("{n} items are too large or too deep to be read safely, and were left out."),
                });
                let in_order = !fetched.more;
                self.told(node, fetched).await;
                Outcome {
                    state,
                    trouble,
                    in_order,
                }
            }
            Err(FetchError::Iq(IqError::Refused(error))) if !unreachable(&error) => {
                // Services that keep nothing say so; others let events be received and not read.
                tracing::info!(account = %self.account.jid, service = %node.service, node = %node.node,
                    condition = ?error.defined_condition, "items can't be fetched");
                self.told(node, Fetched::default()).await;
                Outcome {
                    state,
                    trouble: None,
                    in_order: true,
                }
            }
            Err(error) => {
                tracing::warn!(account = %self.account.jid, service = %node.service, node = %node.node, %error,
                    "fetching items");
                self.told(node, Fetched::default()).await;
                let trouble = "What it held could not be fetched yet; trying again.".to_owned();
                Outcome {
                    state,
                    trouble: Some(trouble),
                    in_order: false,
                }
            }
        }
    }

    async fn told(&self, node: &Subscription, fetched: Fetched) {
        let Fetched {
            asked_at,
            events,
            complete,
            ..
        } = fetched;
        self.tell(Input::Fetched {
            account: self.account.jid.clone(),
            service: node.service.clone(),
            node: node.node.clone(),
            asked_at,
            events,
            complete,
        })
        .await;
    }

    async fn tell(&self, input: Input) {
        // Without a receiver the engine is ending.
        self.inputs.send(input).await.ok();
    }
}

/// Whether a refusal comes from a server on the way, and not from the service.
fn unreachable(error: &StanzaError) -> bool {
    matches!(
        error.defined_condition,
        Condition::RemoteServerNotFound
            | Condition::RemoteServerTimeout
            | Condition::ServiceUnavailable
            | Condition::InternalServerError
            | Condition::ResourceConstraint
    )
}
