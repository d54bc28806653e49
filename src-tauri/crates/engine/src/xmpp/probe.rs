//! The account test: the way in step by step, then a look at what the server offers. Leaves nothing behind.

use std::collections::BTreeSet;
use std::str::FromStr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures::{SinkExt, StreamExt};
use jid::{BareJid, Jid};
use mailwren_core::MAIL_NODE;
use mailwren_core::account::{Account, Subscription};
use mailwren_core::view::{StepName, StepState, TestStep};
use minidom::Element;
use minidom::rxml::xml_ncname;
use secrecy::SecretString;
use tokio::time::Instant;
use tokio_xmpp::Stanza;
use tokio_xmpp::stanzastream::{Connection, XmppStream};
use tokio_xmpp::xmlstream::{FallibleStreamElement, ReadError, XmppStreamElement};
use xmpp_parsers::iq::Iq;
use xmpp_parsers::ns;

use super::connector::{Connector, LoginFacts, Progress};
use super::login::{LoginMemory, Mechanism};
use super::resolve::{Resolve, Target};
use super::trouble::{ConnectError, quoted};

/// Limit of one answer.
const ANSWER_LIMIT: Duration = Duration::from_secs(10);
/// Limit of all that comes after the login.
const LOOK_LIMIT: Duration = Duration::from_secs(45);
/// More items of a server than this aren't asked what they are.
const MAX_ITEMS: usize = 24;
/// More nodes than this aren't listed.
const MAX_NODES: usize = 200;

/// Tries an account out. Each step is told when it begins and when it ends; the first that fails is the last. Returns whether
/// none failed.
///
/// It starts without memory of former logins, as for credentials that were just entered.
pub async fn probe(
    account: &Account,
    password: &SecretString,
    resolver: Arc<dyn Resolve>,
    on_step: impl FnMut(TestStep) + Send,
) -> bool {
    let steps = Mutex::new(Steps {
        on_step,
        name: StepName::Dns,
        began: Instant::now(),
    });
    let tell = |f: &mut dyn FnMut(&mut Steps<_>)| f(&mut steps.lock().unwrap_or_else(PoisonError::into_inner));
    tell(&mut |s| s.begin(StepName::Dns, String::new()));

    let watch = |progress: Progress<'_>| {
        tell(&mut |s| match progress {
            Progress::Found(_) => {}
            Progress::Connecting(target) => {
                if s.name == StepName::Dns {
                    s.end(StepState::Passed, target.to_string(), None);
                }
                s.begin(StepName::Tls, target.to_string());
            }
            Progress::Secured(target, facts) => {
                s.end(StepState::Passed, secured(target, facts.tls13, facts.pinned), None);
                s.begin(StepName::Login, String::new());
            }
            Progress::Authenticating(mechanism) => s.begin(StepName::Login, mechanism.name().to_owned()),
        });
    };
    let connected = match Connector::new(account, resolver) {
        Ok(connector) => connector.connect(password, LoginMemory::default(), &watch).await,
        Err(error) => Err(error),
    };
    let (connection, facts) = match connected {
        Ok(connected) => connected,
        Err(error) => {
            tell(&mut |s| s.fail(&error));
            return false;
        }
    };

    let mut talk = match Talk::bind(connection).await {
        Ok(talk) => talk,
        Err(no) => {
            tell(&mut |s| s.end(StepState::Failed, format!("no session: {}", no.message()), None));
            return false;
        }
    };
    tell(&mut |s| s.logged_in(&facts));
    let look = tokio::time::timeout(LOOK_LIMIT, look_around(account, &mut talk, &tell)).await;
    let passed = match look {
        Ok(Ok(())) => true,
        Ok(Err(no)) => {
            tell(&mut |s| s.end(StepState::Failed, no.message(), None));
            false
        }
        Err(_) => {
            tell(&mut |s| s.end(StepState::Failed, "the server took too long".to_owned(), None));
            false
        }
    };
    talk.close().await;
    passed
}

/// Tells the steps, and how long each took.
struct Steps<F> {
    on_step: F,
    name: StepName,
    began: Instant,
}

impl<F: FnMut(TestStep)> Steps<F> {
    fn begin(&mut self, name: StepName, detail: String) {
        if self.name != name {
            self.began = Instant::now();
        }
        self.name = name;
        self.tell(StepState::Running, detail, None, None, Vec::new());
    }

    fn end(&mut self, state: StepState, detail: String, hint: Option<&str>) {
        self.tell(state, detail, hint, None, Vec::new());
    }

    fn tell(
        &mut self,
        state: StepState,
        detail: String,
        hint: Option<&str>,
        fingerprint: Option<&str>,
        nodes: Vec<Subscription>,
    ) {
        let millis = if state == StepState::Running {
            0
        } else {
            self.began.elapsed().as_millis()
        };
        (self.on_step)(TestStep {
            name: self.name,
            state,
            detail,
            hint: hint.map(str::to_owned),
            millis: u32::try_from(millis).unwrap_or(u32::MAX),
            fingerprint: fingerprint.map(str::to_owned),
            nodes,
        });
    }

    /// Fails the step that the error belongs to, which needn't be the one that was told last: with several endpoints the
    /// one that came furthest speaks.
    fn fail(&mut self, error: &ConnectError) {
        self.name = match error.code() {
            "dns" | "config" => StepName::Dns,
            "tcp" | "tls" => StepName::Tls,
            _ => StepName::Login,
        };
        self.tell(
            StepState::Failed,
            error.to_string(),
            error.hint(),
            error.fingerprint(),
            Vec::new(),
        );
    }

    fn logged_in(&mut self, facts: &LoginFacts) {
        if facts.mechanism == Mechanism::Plain {
            let detail = "PLAIN: the server gets to see the password".to_owned();
            self.end(
                StepState::Warned,
                detail,
                Some("Ask the server's owner to offer SCRAM."),
            );
        } else {
            self.end(StepState::Passed, facts.mechanism.name().to_owned(), None);
        }
    }
}

fn secured(target: &Target, tls13: bool, pinned: bool) -> String {
    let version = if tls13 { "TLS 1.3" } else { "TLS 1.2" };
    let certificate = if pinned {
        "pinned certificate"
    } else {
        "trusted certificate"
    };
    format!("{target}: {version}, {certificate}")
}

/// The last two steps.
async fn look_around<F: FnMut(TestStep)>(
    account: &Account,
    talk: &mut Talk,
    tell: &impl Fn(&mut dyn FnMut(&mut Steps<F>)),
) -> Result<(), No> {
    tell(&mut |s| s.begin(StepName::Services, String::new()));
    let own = talk.own.clone();
    let pep = talk.is_pubsub(&own.clone().into(), "pep").await?;
    let services = talk.services(account).await?;
    let mut found: Vec<String> = services.iter().map(ToString::to_string).collect();
    if pep {
        found.insert(0, "personal eventing".to_owned());
    }
    let (state, detail) = match (found.is_empty(), account.pep && !pep) {
        (true, _) => (
            StepState::Warned,
            "neither personal eventing nor a pubsub service".to_owned(),
        ),
        (false, true) => (StepState::Warned, format!("no personal eventing; {}", found.join(", "))),
        (false, false) => (StepState::Passed, found.join(", ")),
    };
    let hint = (state == StepState::Warned).then_some("Name the service and node that your mail is published on.");
    tell(&mut |s| s.end(state, detail.clone(), hint));

    tell(&mut |s| s.begin(StepName::Nodes, String::new()));
    let mut nodes = BTreeSet::new();
    // Of the own nodes (avatars, bookmarks, keys) only one is about mail. It is looked for in the list: ejabberd describes
    // own nodes that aren't there as well.
    if pep {
        let shown = talk.nodes(&own.clone().into()).await?;
        nodes.extend(shown.into_iter().filter(|n| n.node == MAIL_NODE));
    }
    for service in &services {
        nodes.extend(talk.nodes(service).await?);
    }
    let mut missing = Vec::new();
    for wanted in &account.subscriptions {
        let there = match Jid::from_str(&wanted.service) {
            Ok(service) => talk.node_is_there(&service, &wanted.node).await?,
            Err(_) => Err(Declined::NoAddress),
        };
        match there {
            Ok(()) => {
                nodes.insert(wanted.clone());
            }
            Err(why) => missing.push(format!(
                "{} on {}: {why}",
                quoted(&wanted.node),
                quoted(&wanted.service)
            )),
        }
    }
    let nodes: Vec<Subscription> = nodes.into_iter().take(MAX_NODES).collect();
    let count = match nodes.len() {
        0 => "no node yet".to_owned(),
        1 => "1 node".to_owned(),
        n => format!("{n} nodes"),
    };
    let (state, detail, hint) = if missing.is_empty() {
        (StepState::Passed, count, None)
    } else {
        let hint = "Check the node's name, and whether its owner lets you read it.";
        (StepState::Warned, missing.join("; "), Some(hint))
    };
    tell(&mut |s| s.tell(state, detail.clone(), hint, None, nodes.clone()));
    Ok(())
}

/// Why one question has no answer, while others still may be asked.
#[derive(Debug, thiserror::Error)]
enum Declined {
    /// The other side refuses: the condition's name.
    #[error("{0}")]
    Refused(String),
    /// Nobody can be asked.
    #[error("not an address")]
    NoAddress,
    #[error("empty answer")]
    Empty,
    #[error("no answer")]
    Silent,
}

/// Why a question has no answer.
enum No {
    /// The other side refuses: the condition's name.
    Refused(String),
    /// It doesn't answer.
    Silent,
    /// The connection is gone.
    Lost(String),
}

impl No {
    fn message(&self) -> String {
        match self {
            Self::Refused(condition) => format!("refused ({condition})"),
            Self::Silent => "no answer".to_owned(),
            Self::Lost(why) => format!("the connection was lost: {why}"),
        }
    }
}

/// A session that only asks.
struct Talk {
    stream: XmppStream,
    own: BareJid,
    asked: u32,
}

impl Talk {
    async fn bind(connection: Connection) -> Result<Self, No> {
        let mut talk = Self {
            stream: connection.stream,
            own: connection.identity.to_bare(),
            asked: 0,
        };
        let id = talk.next_id();
        let bind = Iq::Set {
            from: None,
            to: None,
            id: id.clone(),
            payload: Element::bare("bind", ns::BIND),
        };
        talk.send_and_wait(bind, &id, None).await?;
        Ok(talk)
    }

    fn next_id(&mut self) -> String {
        self.asked += 1;
        let random = getrandom::u64().unwrap_or_default();
        format!("{}-{random:x}", self.asked)
    }

    /// What a get is answered with; a [`Declined`] isn't the end of the session.
    async fn get(&mut self, to: &Jid, payload: Element) -> Result<Result<Element, Declined>, No> {
        let id = self.next_id();
        let iq = Iq::Get {
            from: None,
            to: Some(to.clone()),
            id: id.clone(),
            payload,
        };
        match self.send_and_wait(iq, &id, Some(to)).await {
            Ok(Some(element)) => Ok(Ok(element)),
            Ok(None) => Ok(Err(Declined::Empty)),
            Err(No::Refused(condition)) => Ok(Err(Declined::Refused(condition))),
            Err(No::Silent) => Ok(Err(Declined::Silent)),
            Err(lost @ No::Lost(_)) => Err(lost),
        }
    }

    async fn send_and_wait(&mut self, iq: Iq, id: &str, to: Option<&Jid>) -> Result<Option<Element>, No> {
        let sent = self.stream.send(&XmppStreamElement::Stanza(Stanza::Iq(iq))).await;
        sent.map_err(|e| No::Lost(e.to_string()))?;
        tokio::time::timeout(ANSWER_LIMIT, self.answer(id, to))
            .await
            .unwrap_or(Err(No::Silent))
    }

    async fn answer(&mut self, id: &str, to: Option<&Jid>) -> Result<Option<Element>, No> {
        loop {
            let element = match self.stream.next().await {
                Some(Ok(FallibleStreamElement::Ok(element))) => element,
                Some(Ok(FallibleStreamElement::Err(_)) | Err(ReadError::SoftTimeout)) => continue,
                Some(Err(error)) => return Err(No::Lost(quoted(&error.to_string()))),
                None => return Err(No::Lost("the server hung up".to_owned())),
            };
            match element {
                XmppStreamElement::Stanza(Stanza::Iq(Iq::Result {
                    from,
                    id: theirs,
                    payload,
                    ..
                })) if theirs == id && self.may_answer(from.as_ref(), to) => {
                    return Ok(payload);
                }
                XmppStreamElement::Stanza(Stanza::Iq(Iq::Error {
                    from,
                    id: theirs,
                    error,
                    ..
                })) if theirs == id && self.may_answer(from.as_ref(), to) => {
                    return Err(No::Refused(condition(&error.into())));
                }
                XmppStreamElement::StreamError(error) => return Err(No::Lost(quoted(&error.to_string()))),
                _ => {}
            }
        }
    }

    /// Whoever was asked answers; for the own account the server may leave the sender out (RFC 6120 §8.1.2.1).
    fn may_answer(&self, from: Option<&Jid>, asked: Option<&Jid>) -> bool {
        match (from, asked) {
            (Some(from), Some(asked)) => from == asked,
            (Some(from), None) => from.to_bare() == self.own || from.as_str() == self.own.domain().as_str(),
            (None, Some(asked)) => asked.as_str() == self.own.as_str(),
            (None, None) => true,
        }
    }

    async fn info(&mut self, of: &Jid, node: Option<&str>) -> Result<Result<Element, Declined>, No> {
        self.get(of, query(ns::DISCO_INFO, node)).await
    }

    async fn is_pubsub(&mut self, jid: &Jid, kind: &str) -> Result<bool, No> {
        let info = self.info(jid, None).await?;
        Ok(info.is_ok_and(|info| {
            info.children()
                .any(|c| c.name() == "identity" && c.attr("category") == Some("pubsub") && c.attr("type") == Some(kind))
        }))
    }

    /// The pubsub services that the account names or its server has.
    async fn services(&mut self, account: &Account) -> Result<BTreeSet<Jid>, No> {
        let named = account
            .subscriptions
            .iter()
            .filter_map(|s| Jid::from_str(&s.service).ok());
        let mut services: BTreeSet<Jid> = named.take(MAX_ITEMS).collect();
        let server = Jid::from(BareJid::from_parts(None, self.own.domain()));
        let items = self.get(&server, query(ns::DISCO_ITEMS, None)).await?;
        let items: Vec<Jid> = items
            .iter()
            .flat_map(Element::children)
            .filter_map(|item| Jid::from_str(item.attr("jid")?).ok())
            .take(MAX_ITEMS)
            .collect();
        for item in items {
            if !services.contains(&item) && self.is_pubsub(&item, "service").await? {
                services.insert(item);
            }
        }
        Ok(services)
    }

    /// The nodes that a service shows, and those that are subscribed to.
    async fn nodes(&mut self, service: &Jid) -> Result<BTreeSet<Subscription>, No> {
        let subscriptions = Element::builder("pubsub", ns::PUBSUB)
            .append(Element::bare("subscriptions", ns::PUBSUB))
            .build();
        let shown = self.get(service, query(ns::DISCO_ITEMS, None)).await?;
        let subscribed = self.get(service, subscriptions).await?;
        let subscribed = subscribed
            .iter()
            .filter_map(|p| p.get_child("subscriptions", ns::PUBSUB));
        let children = shown.iter().chain(subscribed).flat_map(Element::children);
        let nodes = children.filter_map(|c| c.attr("node")).filter(|node| !node.is_empty());
        let found = nodes.take(MAX_NODES).map(|node| Subscription {
            service: service.to_string(),
            node: node.to_owned(),
        });
        Ok(found.collect())
    }

    async fn node_is_there(&mut self, service: &Jid, node: &str) -> Result<Result<(), Declined>, No> {
        Ok(self.info(service, Some(node)).await?.map(|_| ()))
    }

    async fn close(mut self) {
        let close = SinkExt::<&Stanza>::close(&mut self.stream);
        let _ = tokio::time::timeout(Duration::from_secs(2), close).await;
    }
}

fn query(namespace: &str, node: Option<&str>) -> Element {
    Element::builder("query", namespace)
        .attr(xml_ncname!("node").to_owned(), node)
        .build()
}

/// The condition's name in a stanza error.
fn condition(error: &Element) -> String {
    let condition = error
        .children()
        .find(|c| c.ns() == "urn:ietf:params:xml:ns:xmpp-stanzas" && c.name() != "text");
    condition.map_or_else(|| "unknown".to_owned(), |c| c.name().replace('-', " "))
}
