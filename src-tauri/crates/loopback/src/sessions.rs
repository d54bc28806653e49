//! Connections, and the sessions bound over them: who is reached by which wire, and what waits for a resumption.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use jid::{BareJid, FullJid};
use tokio::time::Instant;

use crate::sm::{NeverSent, Outbound};
use crate::wire::Wire;

/// How long a session waits to be resumed.
pub(crate) const RESUMABLE: Duration = Duration::from_secs(300);

/// Asks for an acknowledgement (XEP-0198 §4).
const ASK: &str = "<r xmlns='urn:xmpp:sm:3'/>";

/// A connection after its login.
pub(crate) type ConnectionId = u64;

struct Connection {
    user: BareJid,
    wire: Wire,
    bound: Option<FullJid>,
}

/// A bound resource.
#[derive(Default)]
pub(crate) struct Session {
    connection: Option<ConnectionId>,
    managed: Option<Managed>,
    /// The priority of its presence; `None` while unavailable.
    pub priority: Option<i8>,
    /// Nodes it wants by `+notify`.
    pub interests: BTreeSet<String>,
    /// The id of the question about its features that is on its way.
    pub caps_query: Option<String>,
}

struct Managed {
    id: String,
    outbound: Outbound,
    /// Stanzas handled, modulo 2³².
    handled: u32,
    parked: Option<Instant>,
}

/// What a connection's end leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ending {
    /// The client said goodbye, or broke the protocol: nothing stays.
    Final,
    /// It broke: a managed session waits for its resumption.
    Broken,
}

/// All of them.
#[derive(Default)]
pub(crate) struct Sessions {
    connections: BTreeMap<ConnectionId, Connection>,
    sessions: BTreeMap<FullJid, Session>,
    last_connection: ConnectionId,
}

impl Sessions {
    /// A connection logged in.
    pub(crate) fn connect(&mut self, user: BareJid, wire: Wire) -> ConnectionId {
        self.sessions.retain(|_, s| {
            s.managed
                .as_ref()
                .and_then(|m| m.parked)
                .is_none_or(|t| t.elapsed() < RESUMABLE)
        });
        self.last_connection += 1;
        self.connections.insert(
            self.last_connection,
            Connection {
                user,
                wire,
                bound: None,
            },
        );
        self.last_connection
    }

    /// A connection ended.
    pub(crate) fn disconnect(&mut self, id: ConnectionId, ending: Ending) {
        let Some(bound) = self.connections.remove(&id).and_then(|connection| connection.bound) else {
            return;
        };
        let Some(session) = self.sessions.get_mut(&bound) else {
            return;
        };
        if session.connection != Some(id) {
            return; // resumed over a newer connection
        }
        match &mut session.managed {
            Some(managed) if ending == Ending::Broken => {
                managed.parked = Some(Instant::now());
                session.connection = None;
            }
            _ => drop(self.sessions.remove(&bound)),
        }
    }

    /// Forgets every session, as a server does that is started again, and cuts every connection.
    pub(crate) fn forget(&mut self) {
        self.sessions.clear();
        self.cut();
    }

    /// Cuts every connection.
    pub(crate) fn cut(&self) {
        self.connections.values().for_each(|connection| connection.wire.cut());
    }

    /// Who logged in over a connection.
    pub(crate) fn user(&self, id: ConnectionId) -> Option<&BareJid> {
        self.connections.get(&id).map(|connection| &connection.user)
    }

    /// What is bound over a connection.
    pub(crate) fn bound(&self, id: ConnectionId) -> Option<&FullJid> {
        self.connections.get(&id)?.bound.as_ref()
    }

    /// Binds a resource that nobody has yet.
    pub(crate) fn bind(&mut self, id: ConnectionId, jid: FullJid) {
        if let Some(connection) = self.connections.get_mut(&id) {
            connection.bound = Some(jid.clone());
            self.sessions.insert(
                jid,
                Session {
                    connection: Some(id),
                    ..Session::default()
                },
            );
        }
    }

    /// Whether a resource is taken.
    pub(crate) fn taken(&self, jid: &FullJid) -> bool {
        self.sessions.contains_key(jid)
    }

    /// Begins stream management under a stream id; false unless a session is bound and not yet managed.
    pub(crate) fn manage(&mut self, id: ConnectionId, stream: String) -> bool {
        let session = self.bound(id).cloned().and_then(|jid| self.sessions.get_mut(&jid));
        let Some(session) = session.filter(|session| session.managed.is_none()) else {
            return false;
        };
        let outbound = Outbound::default();
        session.managed = Some(Managed {
            id: stream,
            outbound,
            handled: 0,
            parked: None,
        });
        true
    }

    /// Resumes a session over this connection, cutting the one it had: answers through `resumed` with the count of
    /// stanzas handled, then sends again what the client hasn't handled. False when there is no such session.
    pub(crate) fn resume(
        &mut self,
        id: ConnectionId,
        stream: &str,
        h: u32,
        resumed: impl FnOnce(u32) -> Vec<u8>,
    ) -> Result<bool, NeverSent> {
        let Some(connection) = self
            .connections
            .get_mut(&id)
            .filter(|connection| connection.bound.is_none())
        else {
            return Ok(false);
        };
        let found = self.sessions.iter_mut().find(|(jid, session)| {
            let managed = session.managed.as_ref();
            managed.is_some_and(|managed| managed.id == stream) && jid.to_bare() == connection.user
        });
        let Some((jid, session)) = found else { return Ok(false) };
        let Some(managed) = &mut session.managed else {
            return Ok(false);
        };
        let again = managed.outbound.resume(h)?;
        connection.wire.send(resumed(managed.handled));
        again.for_each(|stanza| connection.wire.send(stanza.clone()));
        if managed.outbound.ask() {
            connection.wire.send(ASK);
        }
        managed.parked = None;
        connection.bound = Some(jid.clone());
        if let Some(old) = session
            .connection
            .replace(id)
            .and_then(|old| self.connections.get(&old))
        {
            old.wire.cut();
        }
        Ok(true)
    }

    /// The client acknowledged.
    pub(crate) fn acknowledge(&mut self, id: ConnectionId, h: u32) -> Result<(), NeverSent> {
        let Some(connection) = self.connections.get(&id) else {
            return Ok(());
        };
        let session = connection.bound.as_ref().and_then(|jid| self.sessions.get_mut(jid));
        if let Some(managed) = session.and_then(|session| session.managed.as_mut()) {
            managed.outbound.acknowledge(h)?;
            if managed.outbound.ask() {
                connection.wire.send(ASK);
            }
        }
        Ok(())
    }

    /// Counts a stanza that came over a connection.
    pub(crate) fn count(&mut self, id: ConnectionId) {
        let session = self.bound(id).cloned().and_then(|jid| self.sessions.get_mut(&jid));
        if let Some(managed) = session.and_then(|session| session.managed.as_mut()) {
            managed.handled = managed.handled.wrapping_add(1);
        }
    }

    /// How many stanzas were handled; `None` without stream management.
    pub(crate) fn handled(&self, id: ConnectionId) -> Option<u32> {
        Some(self.sessions.get(self.bound(id)?)?.managed.as_ref()?.handled)
    }

    /// Writes outside of any session: negotiation and answers of stream management.
    pub(crate) fn write(&self, id: ConnectionId, bytes: impl Into<Vec<u8>>) {
        if let Some(connection) = self.connections.get(&id) {
            connection.wire.send(bytes);
        }
    }

    /// Sends a stanza to a resource, or keeps it for the resumption; false when there is no such session.
    pub(crate) fn deliver(&mut self, jid: &FullJid, stanza: &[u8]) -> bool {
        let Some(session) = self.sessions.get_mut(jid) else {
            return false;
        };
        let wire = session
            .connection
            .and_then(|id| self.connections.get(&id))
            .map(|connection| &connection.wire);
        if let Some(wire) = wire {
            wire.send(stanza);
        }
        let Some(managed) = &mut session.managed else {
            return true;
        };
        let room = managed.outbound.keep(stanza.to_vec());
        match wire {
            Some(wire) if !room => wire.cut(),
            Some(wire) if managed.outbound.ask() => wire.send(ASK),
            _ => {}
        }
        if !room {
            self.sessions.remove(jid);
        }
        true
    }

    /// One session.
    pub(crate) fn get_mut(&mut self, jid: &FullJid) -> Option<&mut Session> {
        self.sessions.get_mut(jid)
    }

    /// The sessions that get what is sent to a bare JID: available, and with a priority that isn't negative
    /// (RFC 6121 §8.5.2.1.1).
    pub(crate) fn reached(&self, bare: &BareJid) -> impl Iterator<Item = &FullJid> {
        let own = self.sessions.iter().filter(move |(jid, _)| jid.to_bare() == *bare);
        own.filter(|(_, session)| session.priority.is_some_and(|priority| priority >= 0))
            .map(|(jid, _)| jid)
    }

    /// The sessions of an account that want a PEP node by `+notify`.
    pub(crate) fn interested(&self, bare: &BareJid, node: &str) -> impl Iterator<Item = &FullJid> {
        let own = self.sessions.iter().filter(move |(jid, _)| jid.to_bare() == *bare);
        own.filter(move |(_, session)| session.priority.is_some() && session.interests.contains(node))
            .map(|(jid, _)| jid)
    }

    /// Every session.
    pub(crate) fn all(&self) -> impl Iterator<Item = (&FullJid, &Session)> {
        self.sessions.iter()
    }

    /// How many connections are logged in.
    pub(crate) fn connections(&self) -> usize {
        self.connections.len()
    }
}

impl Session {
    /// Whether a connection carries it now.
    pub(crate) fn connected(&self) -> bool {
        self.connection.is_some()
    }

    /// How many stanzas wait for their acknowledgement.
    pub(crate) fn unacked(&self) -> usize {
        self.managed.as_ref().map_or(0, |managed| managed.outbound.open())
    }
}
