//! A session that only asks, and answers if it is to: an account's, bound and never online, or a component's; over as soon as
//! nobody asks any more.

use std::sync::Arc;
use std::time::Duration;

use futures::{SinkExt, StreamExt};
use jid::{BareJid, FullJid, Jid};
use mailwren_core::account::Account;
use mailwren_core::said::Said;
use minidom::Element;
use secrecy::SecretString;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::Instant;
use tokio_xmpp::Stanza;
use tokio_xmpp::stanzastream::{Connection, XmppStream};
use tokio_xmpp::xmlstream::{FallibleStreamElement, ReadError, XmppStreamElement};
use xmpp_parsers::iq::Iq;
use xmpp_parsers::ns;
use xmpp_parsers::stanza_error::{DefinedCondition, ErrorType};

use super::answer::refusal;
use super::component::ComponentStream;
use super::connector::Connector;
use super::iq::{Asker, IqError, IqTable, Request};
use super::login::LoginMemory;
use super::resolve::Resolve;
use super::trouble::ConnectError;
use crate::config::Component;

/// Requests that wait to be answered; more are refused.
const MOST_REQUESTS: usize = 16;
/// Answers that wait to be sent.
const MOST_ANSWERS: usize = 64;

/// Limit of one answer.
const ANSWER_LIMIT: Duration = Duration::from_secs(10);
/// Limit of a clean end.
const CLOSE_LIMIT: Duration = Duration::from_secs(2);

/// A session that only asks. It sends no presence, so that nothing comes unasked and nobody sees it.
pub(crate) struct Talk {
    asker: Asker,
    answers: mpsc::Sender<Iq>,
    task: JoinHandle<()>,
}

/// Why there is none.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LogInError {
    /// No way in.
    #[error(transparent)]
    Connect(#[from] ConnectError),
    /// No resource was bound.
    #[error(transparent)]
    Bind(#[from] IqError),
}

impl LogInError {
    /// For people.
    pub(crate) fn said(&self) -> Said {
        match self {
            Self::Connect(error) => error.trouble.said(),
            Self::Bind(error) => Said::word("trouble-no-session").with("why", error.said()),
        }
    }
}

impl Talk {
    /// Logs in for it; gives how strong the login was, too.
    pub(crate) async fn log_in(
        account: &Account,
        password: &SecretString,
        resolver: Arc<dyn Resolve>,
        memory: LoginMemory,
    ) -> Result<(Self, LoginMemory), LogInError> {
        let connector = Connector::new(account, resolver)?;
        let (connection, facts) = connector.connect(password, memory, &|_| {}).await?;
        Ok((Self::begin(connection).await?, facts.memory))
    }

    /// The same for a component.
    pub(crate) async fn of_component(component: &Component, secret: &SecretString) -> Result<Self, LogInError> {
        let stream = ComponentStream::connect(component, secret).await?;
        let own = component.domain.clone();
        Ok(Self::over(Wire::Component(Box::new(stream)), own, None))
    }

    /// Logs in for one that answers, too: at which address; and what others ask comes out of the receiver, which ends with
    /// the session.
    pub(crate) async fn log_in_to_answer(
        account: &Account,
        password: &SecretString,
        resolver: Arc<dyn Resolve>,
        memory: LoginMemory,
    ) -> Result<(Self, FullJid, mpsc::Receiver<Iq>), LogInError> {
        let connector = Connector::new(account, resolver)?;
        let (connection, _) = connector.connect(password, memory, &|_| {}).await?;
        let (requests, asked) = mpsc::channel(MOST_REQUESTS);
        let (talk, bound) = Self::begin_with(connection, Some(requests)).await?;
        Ok((talk, bound, asked))
    }

    /// Binds a connection that is logged in.
    pub(super) async fn begin(connection: Connection) -> Result<Self, IqError> {
        Ok(Self::begin_with(connection, None).await?.0)
    }

    async fn begin_with(
        connection: Connection,
        requests: Option<mpsc::Sender<Iq>>,
    ) -> Result<(Self, FullJid), IqError> {
        let own = connection.identity.to_bare();
        let mut stream = connection.stream;
        let bound = tokio::time::timeout(ANSWER_LIMIT, bind(&mut stream))
            .await
            .unwrap_or(Err(IqError::Timeout))?;
        Ok((Self::over(Wire::Client(Box::new(stream)), own, requests), bound))
    }

    fn over(wire: Wire, own: BareJid, requests: Option<mpsc::Sender<Iq>>) -> Self {
        let (asker, questions) = Asker::channel();
        let (answers, answered) = mpsc::channel(MOST_ANSWERS);
        let serving = Serving {
            table: IqTable::new(own, ANSWER_LIMIT, prefix()),
            requests,
        };
        let task = tokio::spawn(serving.run(wire, questions, answered));
        Self { asker, answers, task }
    }

    /// Takes the answers to what others ask.
    pub(crate) fn answers(&self) -> mpsc::Sender<Iq> {
        self.answers.clone()
    }

    /// What asks through it.
    pub(crate) const fn asker(&self) -> &Asker {
        &self.asker
    }

    /// Ends it in order.
    pub(crate) async fn close(self) {
        let Self { asker, task, .. } = self;
        drop(asker);
        task.await.ok();
    }
}

pub(super) fn prefix() -> String {
    format!("{:016x}", getrandom::u64().unwrap_or_default())
}

/// RFC 6120 §7.
async fn bind(stream: &mut XmppStream) -> Result<FullJid, IqError> {
    let asked = Iq::Set {
        from: None,
        to: None,
        id: prefix(),
        payload: Element::bare("bind", ns::BIND),
    };
    let id = asked.id().to_owned();
    stream
        .send(&XmppStreamElement::Stanza(Stanza::Iq(asked)))
        .await
        .map_err(|_| IqError::Ended)?;
    loop {
        match next(stream).await? {
            Came::Stanza(Stanza::Iq(Iq::Result {
                id: theirs, payload, ..
            })) if theirs == id => {
                let jid = payload.as_ref().and_then(|bind| bind.get_child("jid", ns::BIND));
                let jid = jid.and_then(|jid| Jid::new(&jid.text()).ok()?.try_into_full().ok());
                return jid.ok_or(IqError::Ended);
            }
            Came::Stanza(Stanza::Iq(Iq::Error { id: theirs, error, .. })) if theirs == id => {
                return Err(IqError::Refused(Box::new(error)));
            }
            _ => {}
        }
    }
}

/// What a stream brings.
#[expect(clippy::large_enum_variant, reason = "made, matched and dropped one at a time")]
pub(super) enum Came {
    Stanza(Stanza),
    /// Something else, or not to be understood.
    Other,
    /// Nothing for a while.
    Silence,
}

async fn next(stream: &mut XmppStream) -> Result<Came, IqError> {
    match stream.next().await {
        Some(Ok(FallibleStreamElement::Ok(XmppStreamElement::Stanza(stanza)))) => Ok(Came::Stanza(stanza)),
        Some(Ok(FallibleStreamElement::Ok(XmppStreamElement::StreamError(error)))) => {
            tracing::debug!(%error, "the server ended the stream");
            Err(IqError::Ended)
        }
        Some(Ok(_)) => Ok(Came::Other),
        Some(Err(ReadError::SoftTimeout)) => Ok(Came::Silence),
        Some(Err(error)) => {
            tracing::debug!(%error, "the connection was lost");
            Err(IqError::Ended)
        }
        None => Err(IqError::Ended),
    }
}

/// What a session goes over.
enum Wire {
    Client(Box<XmppStream>),
    Component(Box<ComponentStream>),
}

impl Wire {
    async fn next(&mut self) -> Result<Came, IqError> {
        match self {
            Self::Client(stream) => next(stream).await,
            Self::Component(stream) => stream.next().await,
        }
    }

    async fn send(&mut self, iq: Iq) -> std::io::Result<()> {
        match self {
            Self::Client(stream) => stream.send(&XmppStreamElement::Stanza(Stanza::Iq(iq))).await,
            Self::Component(stream) => stream.send(iq).await,
        }
    }

    /// A question that whoever is there answers.
    fn ping(&self) -> Iq {
        match self {
            Self::Client(_) => Iq::Get {
                from: None,
                to: None,
                id: prefix(),
                payload: Element::bare("ping", ns::PING),
            },
            Self::Component(stream) => stream.ping(),
        }
    }

    async fn close(&mut self) {
        match self {
            Self::Client(stream) => {
                let close = SinkExt::<&Stanza>::close(&mut **stream);
                tokio::time::timeout(CLOSE_LIMIT, close).await.ok();
            }
            Self::Component(stream) => stream.close().await,
        }
    }
}

/// What a session knows while it lasts.
struct Serving {
    /// Whoever waits for an answer learns that it is over when this goes.
    table: IqTable,
    requests: Option<mpsc::Sender<Iq>>,
}

impl Serving {
    /// Sends questions and takes answers in, and the other way round, until nobody can ask any more or the connection is
    /// gone.
    async fn run(mut self, mut wire: Wire, mut questions: mpsc::Receiver<Request>, mut answers: mpsc::Receiver<Iq>) {
        loop {
            let deadline = self.table.next_deadline();
            let to_send = tokio::select! {
                question = questions.recv() => {
                    let Some(question) = question else { break };
                    Some(self.table.begin(question, Instant::now()))
                }
                Some(answer) = answers.recv() => Some(answer),
                came = wire.next() => match came {
                    // Whatever comes back is a sign of life; without one, the stream ends.
                    Ok(Came::Silence) => Some(wire.ping()),
                    Ok(came) => self.came(came),
                    Err(_) => return,
                },
                () = super::until(deadline) => {
                    self.table.expire(Instant::now());
                    None
                }
            };
            if let Some(iq) = to_send
                && wire.send(iq).await.is_err()
            {
                return;
            }
        }
        wire.close().await;
    }

    /// Gives what is to be sent upon it.
    fn came(&mut self, came: Came) -> Option<Iq> {
        match came {
            Came::Stanza(Stanza::Iq(iq @ (Iq::Result { .. } | Iq::Error { .. }))) => {
                self.table.answered(iq);
                None
            }
            Came::Stanza(Stanza::Iq(request)) => match &self.requests {
                Some(requests) => match requests.try_send(request) {
                    Ok(()) => None,
                    Err(full) => Some(refusal(
                        &full.into_inner(),
                        ErrorType::Wait,
                        DefinedCondition::ResourceConstraint,
                        None,
                    )),
                },
                None => Some(refusal(
                    &request,
                    ErrorType::Cancel,
                    DefinedCondition::ServiceUnavailable,
                    None,
                )),
            },
            Came::Stanza(_) | Came::Other | Came::Silence => None,
        }
    }
}
