//! What a fresh session begins with: subscriptions are made sure of, then everything that the nodes hold is fetched.
//!
//! A node that isn't in order (the service is down, the owner has still to approve, …) is looked after again and again,
//! more and more seldom, as long as the session lasts; one that was deleted as well, since it may be made anew.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use jid::{BareJid, Jid};
use mailwren_core::account::{Account, Subscription};
use mailwren_core::discovery::Standing;
use mailwren_core::model::{Input, Pulse};
use mailwren_core::said::Said;
use mailwren_core::view::{NodeState, NodeStatus};
use tokio::sync::{Notify, mpsc};
use tokio::time::Instant;
use xmpp_parsers::stanza_error::{DefinedCondition as Condition, StanzaError};

use super::catch_up::{Care, Fetch, FetchError, Fetched, fetch_marks, fetch_publisher};
use super::gmail;
use super::iq::{Asker, IqError};
use super::look::Look;
use super::own_node::{Hearing, OwnNode};
use super::{all_taken, subscribe, until};
use crate::store::Store;

/// The longest wait before a node that isn't in order is looked after again, in units of [`BringUp::patience`].
const MOST_WAITS: u32 = 20;

/// How often in a row more of a node is fetched, before others have their turn.
const MOST_ROUNDS: u32 = 16;

/// All that is needed to bring an account's nodes up.
pub(super) struct BringUp {
    pub(super) account: Account,
    pub(super) own: BareJid,
    /// The session's full JID.
    pub(super) bound: Jid,
    pub(super) asker: Asker,
    pub(super) store: Store,
    pub(super) inputs: mpsc::Sender<Input>,
    pub(super) care: Care,
    /// Told of nodes that are to be looked after again.
    pub(super) again: mpsc::Receiver<Again>,
    /// Told when the server says that there is new mail.
    pub(super) new_mail: Arc<Notify>,
    /// First wait before nodes that aren't in order are looked after again.
    pub(super) patience: Duration,
    /// How often everything is fetched, where receiving events isn't to be relied on.
    pub(super) poll: Option<Duration>,
    /// Nodes that aren't in order yet.
    pub(super) open: Vec<Subscription>,
    /// Whether the server is known to have PEP.
    pub(super) pep: bool,
    /// Whether the server is known to speak Gmail's `google:mail:notify`.
    pub(super) gmail: bool,
}

/// A node that is to be looked after again.
#[derive(Debug, Clone)]
pub(super) struct Again {
    pub(super) node: Subscription,
    /// At once, since its owner has approved; else after a while, since it is gone.
    pub(super) at_once: bool,
}

/// How a node stands after it was looked after.
struct Outcome {
    state: NodeState,
    trouble: Option<Said>,
    in_order: bool,
    /// Whether there is more to fetch once the store has this.
    more: bool,
}

impl Outcome {
    fn refused(trouble: Said) -> Self {
        Self {
            state: NodeState::Refused,
            trouble: Some(trouble),
            in_order: false,
            more: false,
        }
    }
}

impl BringUp {
    /// Looks after all nodes once.
    pub(super) async fn first(mut self) -> Self {
        self.marks().await;
        let mut nodes = self.account.nodes();
        nodes.sort();
        nodes.dedup();
        self.gmail = self.speaks_gmail().await;
        nodes.extend(self.gmail.then(|| gmail::node(&self.account.jid)));
        self.open = self.look_after(nodes).await;
        self.publisher().await;
        self.tell(Input::CaughtUp {
            account: self.account.jid.clone(),
        })
        .await;
        self
    }

    /// Looks after nodes that aren't in order, or after all where events may not be received, as long as the session lasts.
    pub(super) async fn keep(mut self) {
        if let Some(every) = self.poll {
            loop {
                tokio::time::sleep(every).await;
                self.look_after(self.account.nodes()).await;
            }
        }
        let mut wait = self.patience;
        let mut due = (!self.open.is_empty()).then(|| Instant::now() + wait);
        loop {
            tokio::select! {
                again = self.again.recv() => {
                    // Without a sender the session is over.
                    let Some(Again { node, at_once }) = again else { return };
                    if !self.open.contains(&node) {
                        self.open.push(node);
                        wait = self.patience;
                    }
                    let soon = Instant::now() + self.patience;
                    due = Some(due.map_or(soon, |due| due.min(soon)));
                    if !at_once {
                        continue;
                    }
                }
                () = self.new_mail.notified(), if self.gmail => {
                    let node = gmail::node(&self.account.jid);
                    self.open.retain(|open| *open != node);
                    if !self.threads(false).await {
                        self.open.push(node);
                        let soon = Instant::now() + self.patience;
                        due = Some(due.map_or(soon, |due| due.min(soon)));
                    }
                    continue;
                }
                () = until(due) => {}
            }
            let open = std::mem::take(&mut self.open);
            self.open = self.look_after(open).await;
            wait = (wait * 2).min(self.patience * MOST_WAITS);
            due = (!self.open.is_empty()).then(|| Instant::now() + wait);
        }
    }

    /// Looks after nodes, service by service; gives those that aren't in order yet.
    async fn look_after(&mut self, nodes: Vec<Subscription>) -> Vec<Subscription> {
        let mut by_service: Vec<(String, Vec<Subscription>)> = Vec::new();
        let gmail = gmail::node(&self.account.jid);
        let (threads, nodes): (Vec<_>, Vec<_>) = nodes.into_iter().partition(|node| *node == gmail);
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
                Some(_) if own => self.pep().await,
                Some(address) => self.standings(address).await,
                None => Err(Outcome::refused(
                    Said::word("node-no-address").with("service", &service),
                )),
            };
            for node in nodes {
                for round in 1..=MOST_ROUNDS {
                    let outcome = match (&standings, &address) {
                        (Ok(_), Some(address)) if own => self.own_node(address, &node).await,
                        (Ok(standings), Some(address)) => {
                            self.node(address, &node, standings.get(&node.node).copied()).await
                        }
                        (Err(outcome), _) => {
                            self.told(&node, Fetched::default()).await;
                            Outcome {
                                trouble: outcome.trouble.clone(),
                                ..*outcome
                            }
                        }
                        (Ok(_), None) => break,
                    };
                    let status = NodeStatus {
                        service: node.service.clone(),
                        node: node.node.clone(),
                        state: outcome.state,
                        trouble: outcome.trouble,
                        // The model knows.
                        acts: false,
                    };
                    let again = outcome.more && round < MOST_ROUNDS;
                    if again {
                        all_taken(&self.inputs).await;
                    }
                    self.tell(Input::Node {
                        account: self.account.jid.clone(),
                        node: status,
                    })
                    .await;
                    if again {
                        // Taken after what was fetched, so that is stored.
                        all_taken(&self.inputs).await;
                        continue;
                    }
                    if !outcome.in_order {
                        open.push(node);
                    }
                    break;
                }
            }
        }
        for node in threads {
            if !self.threads(true).await {
                open.push(node);
            }
        }
        open
    }

    /// What was done on other devices meanwhile. It comes first, so that what was read there is no news here.
    async fn marks(&self) {
        if self.care.one_by_one {
            return;
        }
        match fetch_marks(&self.asker, &Jid::from(self.own.clone())).await {
            Ok(marks) => {
                let account = self.account.jid.clone();
                self.tell(Input::Marks { account, marks }).await;
            }
            // Nothing was ever told, or the server has no PEP.
            Err(IqError::Refused(_)) => {}
            Err(error) => tracing::info!(account = %self.account.jid, %error, "fetching what other devices told"),
        }
    }

    /// Where the publisher takes commands now, and what it tells from now on. Servers mostly send it by themselves, but not
    /// all, nor always.
    async fn publisher(&self) {
        if self.care.one_by_one {
            return;
        }
        if let Err(error) = self.hearing().hear_publisher().await {
            tracing::debug!(account = %self.account.jid, %error, "the publisher's node takes no subscription");
        }
        match fetch_publisher(&self.asker, &Jid::from(self.own.clone())).await {
            Ok(Some(publisher)) => {
                let (account, pulse) = (self.account.jid.clone(), Pulse::Publisher(publisher));
                self.tell(Input::Pulse { account, pulse }).await;
            }
            // There is none, or the server has no PEP.
            Ok(None) | Err(IqError::Refused(_)) => {}
            Err(error) => tracing::info!(account = %self.account.jid, %error, "fetching what the publisher told"),
        }
    }

    /// Whether the own server has PEP (XEP-0163 §6.1).
    async fn pep(&mut self) -> Result<HashMap<String, Standing>, Outcome> {
        if !self.pep {
            let look = Look {
                asker: &self.asker,
                own: &self.own,
            };
            let has_pep = look.has_pep().await;
            self.pep =
                has_pep.map_err(|error| Outcome::refused(subscribe::refusal(&error, Said::word("node-server"))))?;
            if !self.pep {
                return Err(Outcome::refused(Said::word("node-no-pep")));
            }
            if let Err(error) = self.hearing().tidy().await {
                tracing::warn!(%error, "reading which sessions were subscribed");
            }
        }
        Ok(HashMap::new())
    }

    const fn hearing(&self) -> OwnNode<'_> {
        OwnNode {
            asker: &self.asker,
            store: &self.store,
            own: &self.own,
            bound: &self.bound,
        }
    }

    /// The subscriptions that the account has at a service. One that doesn't tell them may still take new ones, and
    /// subscribing once more changes nothing.
    async fn standings(&self, service: &Jid) -> Result<HashMap<String, Standing>, Outcome> {
        match self.asker.get(service, subscribe::list()).await {
            Ok(answer) => Ok(subscribe::listed(answer.as_ref())
                .into_iter()
                .filter(|held| held.is_shared(&self.own))
                .map(|held| (held.node, held.standing))
                .collect()),
            Err(IqError::Refused(error)) if !unreachable(&error) => Ok(HashMap::new()),
            Err(error) => Err(Outcome::refused(subscribe::refusal(&error, service.as_str()))),
        }
    }

    /// Subscribes the session to the own node, then fetches what it holds. Whatever the first leads to, interest in the
    /// node is told with the presence.
    async fn own_node(&self, service: &Jid, node: &Subscription) -> Outcome {
        // A subscription has ejabberd send the last item, which may be the one that breaks the stream.
        if self.care.one_by_one {
            return self.fetch(service, node).await;
        }
        let mut heard = self.hearing().subscribe().await;
        if matches!(heard, Ok(Hearing::Missing)) {
            match self.hearing().make().await {
                Ok(()) => heard = self.hearing().subscribe().await,
                Err(error) => tracing::info!(account = %self.account.jid, %error, "the own node can't be made"),
            }
        }
        match heard {
            Ok(Hearing::Subscribed) => {}
            Ok(Hearing::Missing) => {
                let nothing = Fetched {
                    complete: true,
                    ..Fetched::default()
                };
                self.told(node, nothing).await;
                return Outcome {
                    state: NodeState::Subscribed,
                    trouble: None,
                    in_order: false,
                    more: false,
                };
            }
            Err(error) => tracing::info!(account = %self.account.jid, %error, "the own node takes no subscription"),
        }
        self.fetch(service, node).await
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
            Ok(Standing::Pending) => (NodeState::Pending, Some(Said::word("node-to-approve"))),
            Ok(Standing::Unconfigured) => (NodeState::Refused, Some(Said::word("node-unconfigured"))),
            Ok(Standing::None) => {
                let none = Said::word("node-not-made").with("service", &node.service);
                (NodeState::Refused, Some(none))
            }
            Err(error) => (NodeState::Refused, Some(subscribe::refusal(&error, &node.service))),
        };
        if state != NodeState::Subscribed {
            self.told(node, Fetched::default()).await;
            return Outcome {
                state,
                trouble,
                in_order: false,
                more: false,
            };
        }
        self.fetch(service, node).await
    }

    /// Fetches what a node holds that is subscribed to.
    async fn fetch(&self, service: &Jid, node: &Subscription) -> Outcome {
        let state = NodeState::Subscribed;
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
                let left_out = || Said::word("node-left-out").with("n", fetched.left_out);
                let trouble = (fetched.left_out > 0).then(left_out);
                let more = fetched.more;
                self.told(node, fetched).await;
                Outcome {
                    state,
                    trouble,
                    in_order: !more,
                    more,
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
                    more: false,
                }
            }
            Err(error) => {
                tracing::warn!(account = %self.account.jid, service = %node.service, node = %node.node, %error,
                    "fetching items");
                self.told(node, Fetched::default()).await;
                let trouble = Said::word("node-to-fetch");
                Outcome {
                    state,
                    trouble: Some(trouble),
                    in_order: false,
                    more: false,
                }
            }
        }
    }

    pub(super) async fn told(&self, node: &Subscription, fetched: Fetched) {
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

    pub(super) async fn tell(&self, input: Input) {
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
