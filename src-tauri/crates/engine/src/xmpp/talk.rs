//! A session that only asks: bound, never online, and over as soon as nobody asks any more.

use std::sync::Arc;
use std::time::Duration;

use futures::{SinkExt, StreamExt};
use jid::BareJid;
use mailwren_core::account::Account;
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

use super::connector::Connector;
use super::iq::{Asker, IqError, IqTable, Request};
use super::login::LoginMemory;
use super::resolve::Resolve;
use super::trouble::ConnectError;

/// Limit of one answer.
const ANSWER_LIMIT: Duration = Duration::from_secs(10);
/// Limit of a clean end.
const CLOSE_LIMIT: Duration = Duration::from_secs(2);

/// A session that only asks. It sends no presence, so that nothing comes unasked and nobody sees it.
pub(crate) struct Talk {
    asker: Asker,
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

    /// Binds a connection that is logged in.
    pub(super) async fn begin(connection: Connection) -> Result<Self, IqError> {
        let own = connection.identity.to_bare();
        let mut stream = connection.stream;
        tokio::time::timeout(ANSWER_LIMIT, bind(&mut stream))
            .await
            .unwrap_or(Err(IqError::Timeout))?;
        let (asker, questions) = Asker::channel();
        let task = tokio::spawn(serve(stream, own, questions));
        Ok(Self { asker, task })
    }

    /// What asks through it.
    pub(crate) const fn asker(&self) -> &Asker {
        &self.asker
    }

    /// Ends it in order.
    pub(crate) async fn close(self) {
        let Self { asker, task } = self;
        drop(asker);
        task.await.ok();
    }
}

fn prefix() -> String {
    format!("{:016x}", getrandom::u64().unwrap_or_default())
}

/// RFC 6120 §7.
async fn bind(stream: &mut XmppStream) -> Result<(), IqError> {
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
            Some(Stanza::Iq(Iq::Result { id: theirs, .. })) if theirs == id => return Ok(()),
            Some(Stanza::Iq(Iq::Error { id: theirs, error, .. })) if theirs == id => {
                return Err(IqError::Refused(Box::new(error)));
            }
            _ => {}
        }
    }
}

/// The next stanza; `None` for what is none, or isn't understood.
async fn next(stream: &mut XmppStream) -> Result<Option<Stanza>, IqError> {
    match stream.next().await {
        Some(Ok(FallibleStreamElement::Ok(XmppStreamElement::Stanza(stanza)))) => Ok(Some(stanza)),
        Some(Ok(FallibleStreamElement::Ok(XmppStreamElement::StreamError(error)))) => {
            tracing::debug!(%error, "the server ended the stream");
            Err(IqError::Ended)
        }
        Some(Ok(_) | Err(ReadError::SoftTimeout)) => Ok(None),
        Some(Err(error)) => {
            tracing::debug!(%error, "the connection was lost");
            Err(IqError::Ended)
        }
        None => Err(IqError::Ended),
    }
}

/// Sends questions and takes answers in, until nobody can ask any more or the connection is gone.
async fn serve(mut stream: XmppStream, own: BareJid, mut questions: mpsc::Receiver<Request>) {
    let mut table = IqTable::new(own, ANSWER_LIMIT, prefix());
    loop {
        let deadline = table.next_deadline();
        tokio::select! {
            question = questions.recv() => {
                let Some(question) = question else { break };
                let iq = table.begin(question, Instant::now());
                if stream.send(&XmppStreamElement::Stanza(Stanza::Iq(iq))).await.is_err() {
                    return;
                }
            }
            stanza = next(&mut stream) => match stanza {
                Ok(Some(Stanza::Iq(iq @ (Iq::Result { .. } | Iq::Error { .. })))) => table.answered(iq),
                Ok(_) => {}
                // The table goes with this, and whoever waits learns of it.
                Err(_) => return,
            },
            () = super::until(deadline) => table.expire(Instant::now()),
        }
    }
    let close = SinkExt::<&Stanza>::close(&mut stream);
    tokio::time::timeout(CLOSE_LIMIT, close).await.ok();
}
