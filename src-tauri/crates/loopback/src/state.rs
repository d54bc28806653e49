//! The server's state, and what each element from a client does to it. No I/O: what is to be sent goes into queues.

use std::collections::BTreeMap;

use jid::{BareJid, FullJid, Jid};
use minidom::Element;
use tokio::sync::watch;
use xmpp_parsers::ns;
use xmpp_parsers::sasl::{DefinedCondition, Mechanism};

use crate::disco::{self, Entity};
use crate::gmail::{self, Mail};
use crate::pubsub::{NodeKey, Notice, Pubsub, Wanted};
use crate::pubsub_iq::Request;
use crate::seen::{Seen, SeenNode, SeenSession};
use crate::sessions::{ConnectionId, Ending, RESUMABLE, Sessions};
use crate::sm::NeverSent;
use crate::wire::Wire;
use crate::xml::{self, Refusal, name};

/// Whether a connection goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flow {
    Continue,
    /// A stream error was sent.
    Close,
}

/// Everything the server knows.
pub(crate) struct State {
    pub domain: BareJid,
    pub host: BareJid,
    pub passwords: BTreeMap<BareJid, String>,
    /// What every login is refused with, if so.
    pub refuse: Option<DefinedCondition>,
    /// Whether nobody is told of what is published.
    pub withholds: bool,
    /// How one may log in.
    pub offer: Vec<Mechanism>,
    pub pubsub: Pubsub,
    pub mail: Mail,
    pub sessions: Sessions,
    pub seen: watch::Sender<Seen>,
    /// Makes ids of this start differ from those of any other.
    pub salt: String,
    pub last_id: u64,
}

impl State {
    /// A connection logged in as `user`.
    pub(crate) fn connect(&mut self, user: BareJid, wire: Wire) -> ConnectionId {
        let id = self.sessions.connect(user, wire);
        self.tell(|seen| seen.logins += 1);
        id
    }

    /// A connection ended.
    pub(crate) fn disconnect(&mut self, id: ConnectionId, ending: Ending) {
        self.sessions.disconnect(id, ending);
        self.tell(|_| ());
    }

    /// An element came over a connection.
    pub(crate) fn receive(&mut self, id: ConnectionId, element: &Element) -> Flow {
        let flow = match (element.name(), element.ns().as_str()) {
            ("iq" | "message" | "presence", ns::JABBER_CLIENT) => self.stanza(id, element),
            ("r", ns::SM) => {
                if let Some(h) = self.sessions.handled(id) {
                    self.sessions.write(id, format!("<a xmlns='{}' h='{h}'/>", ns::SM));
                }
                Ok(())
            }
            ("a", ns::SM) => match count(element) {
                Some(h) => self.sessions.acknowledge(id, h).map_err(StreamError::from),
                None => Err(StreamError::condition("invalid-xml")),
            },
            ("enable", ns::SM) => {
                self.enable(id);
                Ok(())
            }
            ("resume", ns::SM) => self.resume(id, element),
            _ => Err(StreamError::condition("unsupported-stanza-type")),
        };
        self.tell(|_| ());
        match flow {
            Ok(()) => Flow::Continue,
            Err(StreamError(xml)) => {
                self.sessions.write(id, xml);
                Flow::Close
            }
        }
    }

    /// Tells subscribers and interested resources, each of them once.
    pub(crate) fn announce(&mut self, notice: &Notice) {
        if self.withholds {
            return;
        }
        let mut reached: BTreeMap<FullJid, Jid> = BTreeMap::new();
        for jid in self.sessions.interested(&notice.key.service, &notice.key.node) {
            reached.insert(jid.clone(), jid.clone().into());
        }
        for subscriber in &notice.to {
            match subscriber.try_as_full() {
                Ok(full) => drop(reached.insert(full.clone(), subscriber.clone())),
                Err(bare) => reached.extend(self.sessions.reached(bare).map(|jid| (jid.clone(), subscriber.clone()))),
            }
        }
        let event = Element::builder("event", ns::PUBSUB_EVENT)
            .append(notice.body.clone())
            .build();
        for (jid, to) in reached {
            let message = Element::builder("message", ns::JABBER_CLIENT)
                .attr(name!("type"), "headline")
                .attr(name!("id"), self.fresh_id())
                .attr(name!("from"), notice.key.service.as_str())
                .attr(name!("to"), to.as_str())
                .append(event.clone())
                .build();
            self.deliver(&jid, &message);
        }
        self.tell(|_| ());
    }

    /// Sends bytes as one stanza to a full JID, or to what a bare JID reaches; how many resources that were.
    pub(crate) fn inject(&mut self, to: &Jid, bytes: &[u8]) -> usize {
        let reached: Vec<FullJid> = match to.try_as_full() {
            Ok(full) => vec![full.clone()],
            Err(bare) => self.sessions.reached(bare).cloned().collect(),
        };
        let delivered = reached.iter().filter(|jid| self.sessions.deliver(jid, bytes)).count();
        self.tell(|_| ());
        delivered
    }

    /// An id never used before.
    pub(crate) fn fresh_id(&mut self) -> String {
        self.last_id += 1;
        format!("{}-{}", self.salt, self.last_id)
    }

    /// Publishes what is seen, after `change`.
    pub(crate) fn tell(&self, change: impl FnOnce(&mut Seen)) {
        self.seen.send_if_modified(|seen| {
            let before = seen.clone();
            change(seen);
            seen.connections = self.sessions.connections();
            seen.sessions = self
                .sessions
                .all()
                .map(|(jid, s)| {
                    (
                        jid.to_string(),
                        SeenSession {
                            connected: s.connected(),
                            priority: s.priority,
                            interests: s.interests.clone(),
                            unacked: s.unacked(),
                        },
                    )
                })
                .collect();
            let subscriptions = self.pubsub.subscriptions();
            seen.subscriptions = subscriptions
                .map(|(key, jid)| SeenNode::new(jid.as_str(), key.service.as_str(), &key.node))
                .collect();
            *seen != before
        });
    }

    pub(crate) fn deliver(&mut self, jid: &FullJid, stanza: &Element) -> bool {
        bytes(stanza).is_some_and(|bytes| self.sessions.deliver(jid, &bytes))
    }

    fn enable(&mut self, id: ConnectionId) {
        let stream = self.fresh_id();
        let answer = if self.sessions.manage(id, stream.clone()) {
            format!(
                "<enabled xmlns='{}' id='{stream}' resume='true' max='{}'/>",
                ns::SM,
                RESUMABLE.as_secs()
            )
        } else {
            failed("unexpected-request")
        };
        self.sessions.write(id, answer);
    }

    fn resume(&mut self, id: ConnectionId, element: &Element) -> Result<(), StreamError> {
        let (Some(h), Some(stream)) = (count(element), element.attr("previd")) else {
            return Err(StreamError::condition("invalid-xml"));
        };
        let resumed = |handled: u32| {
            let resumed = Element::builder("resumed", ns::SM).attr(name!("previd"), stream);
            bytes(&resumed.attr(name!("h"), handled.to_string()).build()).unwrap_or_default()
        };
        if self.sessions.resume(id, stream, h, resumed)? {
            self.tell(|seen| seen.resumptions += 1);
        } else {
            // Without `h`, as Prosody and ejabberd answer for a session they don't know.
            self.sessions.write(id, failed("item-not-found"));
            self.tell(|seen| seen.refused_resumptions += 1);
        }
        Ok(())
    }

    fn stanza(&mut self, id: ConnectionId, stanza: &Element) -> Result<(), StreamError> {
        let Some(from) = self.sessions.bound(id).cloned() else {
            return self.bind(id, stanza);
        };
        self.sessions.count(id);
        match stanza.name() {
            "presence" => self.presence(&from, stanza),
            "message" => self.message(&from, stanza),
            _ if self.between(&from, stanza) => {}
            _ => match stanza.attr("type") {
                Some("get" | "set") => self.request(&from, stanza),
                Some("result" | "error") => self.answered(&from, stanza),
                _ => return Err(StreamError::condition("invalid-xml")),
            },
        }
        Ok(())
    }

    /// Before anything else a resource is bound (RFC 6120 §7); a taken one is replaced by one of the server's.
    fn bind(&mut self, id: ConnectionId, iq: &Element) -> Result<(), StreamError> {
        let bind = iq
            .get_child("bind", ns::BIND)
            .filter(|_| iq.attr("type") == Some("set"));
        let (Some(bind), Some(user)) = (bind, self.sessions.user(id).cloned()) else {
            return Err(StreamError::condition("not-authorized"));
        };
        let wanted = bind
            .get_child("resource", ns::BIND)
            .and_then(|wanted| user.with_resource_str(&wanted.text()).ok());
        let jid = match wanted.filter(|jid| !self.sessions.taken(jid)) {
            Some(jid) => jid,
            None => user
                .with_resource_str(&self.fresh_id())
                .map_err(|_| StreamError::condition("conflict"))?,
        };
        self.sessions.bind(id, jid.clone());
        let told = Element::builder("jid", ns::BIND).append(jid.as_str()).build();
        let bind = Element::builder("bind", ns::BIND).append(told).build();
        if let Some(answer) = bytes(&xml::result_with(iq, jid.as_str(), bind)) {
            self.sessions.write(id, answer);
        }
        self.tell(|seen| seen.binds += 1);
        Ok(())
    }

    fn presence(&mut self, from: &FullJid, presence: &Element) {
        if presence.attr("to").is_some() {
            return; // to a room or a contact, which aren't here
        }
        let query_id = self.fresh_id();
        let Some(session) = self.sessions.get_mut(from) else {
            return;
        };
        session.priority = match presence.attr("type") {
            None => {
                let priority = presence.get_child("priority", ns::JABBER_CLIENT);
                Some(
                    priority
                        .and_then(|priority| priority.text().trim().parse().ok())
                        .unwrap_or(0),
                )
            }
            Some("unavailable") => None,
            Some(_) => return,
        };
        let query = disco::caps_query(presence, &query_id, from.to_bare().as_str(), from.as_str());
        if let (Some(_), Some(query)) = (session.priority, query) {
            session.caps_query = Some(query_id);
            self.deliver(from, &query);
        }
    }

    /// Messages between the accounts of this server arrive; there is nobody else.
    fn message(&mut self, from: &FullJid, message: &Element) {
        let Some(Ok(to)) = message.attr("to").map(Jid::new) else {
            return;
        };
        let mut message = message.clone();
        message.set_attr(rxml::Namespace::NONE, name!("from"), from.as_str());
        if let Some(bytes) = bytes(&message) {
            self.inject(&to, &bytes);
        }
    }

    /// Passes a request to another resource, or its answer back, whether they are available or not (RFC 6121 §8.5.3.2);
    /// false for what isn't for one that is there.
    fn between(&mut self, from: &FullJid, iq: &Element) -> bool {
        let to = iq.attr("to").and_then(|to| FullJid::new(to).ok());
        let Some(to) = to.filter(|to| self.sessions.taken(to)) else {
            return false;
        };
        let mut iq = iq.clone();
        iq.set_attr(rxml::Namespace::NONE, name!("from"), from.as_str());
        self.deliver(&to, &iq)
    }

    fn answered(&mut self, from: &FullJid, iq: &Element) {
        self.answered_mail(iq);
        let Some(session) = self.sessions.get_mut(from) else {
            return;
        };
        if iq.attr("id").is_some() && iq.attr("id") == session.caps_query.as_deref() {
            session.caps_query = None;
            session.interests = disco::interests(iq);
        }
    }

    fn request(&mut self, from: &FullJid, iq: &Element) {
        let (answer, notice) = match self.perform(from, iq) {
            Ok((Some(payload), notice)) => (xml::result_with(iq, from.as_str(), payload), notice),
            Ok((None, notice)) => (xml::result_for(iq, from.as_str()), notice),
            Err(refusal) => (xml::error_for(iq, from.as_str(), &refusal), None),
        };
        self.deliver(from, &answer);
        if let Some(notice) = notice {
            self.announce(&notice);
        }
    }

    fn perform(&mut self, from: &FullJid, iq: &Element) -> Result<crate::pubsub_iq::Answer, Refusal> {
        let payload = xml::payload(iq).ok_or(Refusal::BAD_REQUEST)?;
        let by = from.to_bare();
        let to = match iq.attr("to") {
            None => by.clone(),
            Some(to) => to.parse::<BareJid>().map_err(|_| Refusal::UNAVAILABLE)?,
        };
        let entity = match &to {
            to if *to == self.domain => Entity::Domain,
            to if *to == self.host => Entity::Pubsub,
            to if self.passwords.contains_key(to) => Entity::Account,
            _ => return Err(Refusal::UNAVAILABLE),
        };
        let set = iq.attr("type") == Some("set");
        match (payload.name(), payload.ns().as_str()) {
            ("ping", ns::PING) => Ok((None, None)),
            ("query", ns::DISCO_INFO) => match payload.attr("node") {
                Some(node) if entity != Entity::Domain => {
                    self.pubsub.knows(
                        &NodeKey {
                            service: to,
                            node: node.to_owned(),
                        },
                        &by,
                    )?;
                    Ok((Some(disco::info(Entity::Node, Some(node))), None))
                }
                _ => {
                    let mail = self.mail.spoken && entity == Entity::Domain;
                    Ok((
                        Some(disco::with(disco::info(entity, None), mail.then_some(gmail::NS))),
                        None,
                    ))
                }
            },
            ("query", gmail::NS) if self.mail.spoken && to == by && !set => {
                Ok((Some(self.asked_for_mail(from, payload)), None))
            }
            ("query", ns::DISCO_ITEMS) if entity == Entity::Domain => {
                Ok((Some(disco::items([(self.host.as_str(), None)])), None))
            }
            ("query", ns::DISCO_ITEMS) if payload.attr("node").is_some() => {
                let node = payload.attr("node").unwrap_or_default().to_owned();
                let key = NodeKey { service: to, node };
                let items = self.pubsub.items(&key, &by, &Wanted::All)?;
                let ids = items.iter().map(|item| item.id.as_str());
                Ok((Some(disco::item_ids(&key, ids)), None))
            }
            ("query", ns::DISCO_ITEMS) => {
                let nodes = self.pubsub.nodes(&to, &by).map(|node| (to.as_str(), Some(node)));
                Ok((Some(disco::items(nodes)), None))
            }
            ("pubsub", ns::PUBSUB | ns::PUBSUB_OWNER) if entity != Entity::Domain => {
                let fresh_id = self.fresh_id();
                let request = Request {
                    pubsub: &mut self.pubsub,
                    service: &to,
                    by: &by,
                    fresh_id,
                };
                let answer = if set {
                    request.set(payload)
                } else {
                    request.get(payload)
                }?;
                if let Some(node) = payload
                    .get_child("items", ns::PUBSUB)
                    .and_then(|items| items.attr("node"))
                {
                    let fetched = SeenNode::new(by.as_str(), to.as_str(), node);
                    self.tell(|seen| _ = seen.fetched.insert(fetched));
                }
                Ok(answer)
            }
            _ => Err(Refusal::UNAVAILABLE),
        }
    }
}

/// The stanza as bytes; `None` when it holds what XML can't carry.
pub(crate) fn bytes(element: &Element) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    element.write_to(&mut bytes).ok().map(|()| bytes)
}

fn count(element: &Element) -> Option<u32> {
    element.attr("h")?.parse().ok()
}

fn failed(condition: &str) -> String {
    format!(
        "<failed xmlns='{}'><{condition} xmlns='{}'/></failed>",
        ns::SM,
        ns::XMPP_STANZAS
    )
}

/// What ends a stream (RFC 6120 §4.9), as XML.
struct StreamError(String);

impl StreamError {
    fn condition(condition: &str) -> Self {
        Self(format!(
            "<stream:error><{condition} xmlns='{}'/></stream:error></stream:stream>",
            ns::XMPP_STREAMS
        ))
    }
}

impl From<NeverSent> for StreamError {
    fn from(NeverSent { h, sent }: NeverSent) -> Self {
        let condition = format!("<undefined-condition xmlns='{}'/>", ns::XMPP_STREAMS);
        let detail = format!(
            "<handled-count-too-high xmlns='{}' h='{h}' send-count='{sent}'/>",
            ns::SM
        );
        Self(format!(
            "<stream:error>{condition}{detail}</stream:error></stream:stream>"
        ))
    }
}
