//! IQs of our own that wait for an answer (RFC 6120 §8.2.3).

use std::collections::HashMap;
use std::time::Duration;

use jid::{BareJid, Jid};
use minidom::Element;
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;
use xmpp_parsers::iq::Iq;
use xmpp_parsers::stanza_error::StanzaError;

use mailwren_core::account::Subscription;
use mailwren_core::said::Said;

/// Why a question got no answer.
#[derive(Debug, thiserror::Error)]
#[error("{}", self.said())]
pub(crate) enum IqError {
    /// The one asked answered with an error.
    Refused(Box<StanzaError>),
    /// No answer in time.
    Timeout,
    /// The session it was asked in is gone.
    Ended,
}

impl IqError {
    /// For people.
    pub(crate) fn said(&self) -> Said {
        match self {
            Self::Refused(error) => Said::Text(text(error)),
            Self::Timeout => Said::word("iq-timeout"),
            Self::Ended => Said::word("iq-ended"),
        }
    }
}

/// A stanza error in one line: the server's own words, else the condition's name.
fn text(error: &StanzaError) -> String {
    let words = error
        .texts
        .iter()
        .find(|(lang, _)| lang.is_empty() || lang.starts_with("en"));
    let words = words
        .or_else(|| error.texts.iter().next())
        .map(|(_, words)| words.as_str());
    let words = mailwren_core::text::clean(words.unwrap_or_default(), 200);
    words.unwrap_or_else(|| Element::from(error.defined_condition.clone()).name().replace('-', " "))
}

/// What is asked.
#[derive(Debug)]
pub(super) enum Question {
    /// `type='get'`.
    Get(Element),
    /// `type='set'`.
    Set(Element),
}

/// An item that is asked for alone.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct ItemRef {
    pub(super) node: Subscription,
    pub(super) item: String,
}

/// A question on its way to the session's task.
#[derive(Debug)]
pub(crate) struct Request {
    to: Jid,
    question: Question,
    about: Option<ItemRef>,
    answer: oneshot::Sender<Result<Option<Element>, IqError>>,
}

/// Asks questions through the task that owns the stream.
#[derive(Debug, Clone)]
pub(crate) struct Asker(mpsc::Sender<Request>);

impl Asker {
    /// An asker, and where its questions come out.
    pub(super) fn channel() -> (Self, mpsc::Receiver<Request>) {
        let (questions, receiver) = mpsc::channel(8);
        (Self(questions), receiver)
    }

    /// Asks, and awaits the answer's payload. Time doesn't run while the connection is interrupted.
    pub(super) async fn get(&self, to: &Jid, payload: Element) -> Result<Option<Element>, IqError> {
        self.ask(to, Question::Get(payload), None).await
    }

    /// The same for a change.
    pub(crate) async fn set(&self, to: &Jid, payload: Element) -> Result<Option<Element>, IqError> {
        self.ask(to, Question::Set(payload), None).await
    }

    /// The same for a single item, so that it is known which one was asked for if its answer breaks the stream.
    pub(super) async fn get_item(
        &self,
        to: &Jid,
        payload: Element,
        about: ItemRef,
    ) -> Result<Option<Element>, IqError> {
        self.ask(to, Question::Get(payload), Some(about)).await
    }

    async fn ask(&self, to: &Jid, question: Question, about: Option<ItemRef>) -> Result<Option<Element>, IqError> {
        let (answer, answered) = oneshot::channel();
        let request = Request {
            to: to.clone(),
            question,
            about,
            answer,
        };
        self.0.send(request).await.map_err(|_| IqError::Ended)?;
        answered.await.unwrap_or(Err(IqError::Ended))
    }
}

/// A question that was sent.
#[derive(Debug)]
struct Pending {
    to: Jid,
    deadline: Instant,
    about: Option<ItemRef>,
    answer: oneshot::Sender<Result<Option<Element>, IqError>>,
}

/// The questions that wait for an answer.
#[derive(Debug)]
pub(super) struct IqTable {
    own: BareJid,
    timeout: Duration,
    next: u64,
    /// Makes ids that nobody can guess, and that a later session doesn't use again.
    prefix: String,
    pending: HashMap<String, Pending>,
}

impl IqTable {
    pub(super) fn new(own: BareJid, timeout: Duration, prefix: String) -> Self {
        Self {
            own,
            timeout,
            next: 0,
            prefix,
            pending: HashMap::new(),
        }
    }

    /// The stanza to send for a question.
    pub(super) fn begin(&mut self, request: Request, now: Instant) -> Iq {
        self.next += 1;
        let id = format!("{}-{}", self.prefix, self.next);
        let Request {
            to,
            question,
            about,
            answer,
        } = request;
        let pending = Pending {
            to: to.clone(),
            deadline: now + self.timeout,
            about,
            answer,
        };
        self.pending.insert(id.clone(), pending);
        match question {
            Question::Get(payload) => Iq::Get {
                from: None,
                to: Some(to),
                id,
                payload,
            },
            Question::Set(payload) => Iq::Set {
                from: None,
                to: Some(to),
                id,
                payload,
            },
        }
    }

    /// Takes an answer in. It counts when it comes from the one who was asked and bears the question's id; anything else
    /// is dropped.
    pub(super) fn answered(&mut self, iq: Iq) {
        let expected = self
            .pending
            .get(iq.id())
            .is_some_and(|pending| self.speaks_for(iq.from(), &pending.to));
        if !expected {
            tracing::debug!("an IQ answer that nobody waits for was dropped");
            return;
        }
        let Some(pending) = self.pending.remove(iq.id()) else {
            return;
        };
        let answer = match iq {
            Iq::Result { payload, .. } => Ok(payload),
            Iq::Error { error, .. } => Err(IqError::Refused(Box::new(error))),
            Iq::Get { .. } | Iq::Set { .. } => return,
        };
        // Whoever asked may have gone.
        pending.answer.send(answer).ok();
    }

    /// The own account's answers may come without a sender (RFC 6120 §8.1.2.1).
    fn speaks_for(&self, from: Option<&Jid>, asked: &Jid) -> bool {
        match from {
            Some(from) => from == asked,
            None => *asked == self.own,
        }
    }

    /// Ends the wait for what took too long.
    pub(super) fn expire(&mut self, now: Instant) {
        for (_, late) in self.pending.extract_if(|_, pending| pending.deadline <= now) {
            late.answer.send(Err(IqError::Timeout)).ok();
        }
    }

    /// When [`IqTable::expire`] is wanted next.
    pub(super) fn next_deadline(&self) -> Option<Instant> {
        self.pending.values().map(|pending| pending.deadline).min()
    }

    /// The connection was resumed: all questions get their full time again.
    pub(super) fn prolong(&mut self, now: Instant) {
        for pending in self.pending.values_mut() {
            pending.deadline = now + self.timeout;
        }
    }

    /// Items that were asked for alone and didn't come yet.
    pub(super) fn items_awaited(&self) -> Vec<ItemRef> {
        self.pending
            .values()
            .filter_map(|pending| pending.about.clone())
            .collect()
    }

    /// The session is gone, and with it all answers.
    pub(super) fn clear(&mut self) {
        self.pending.clear();
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn jid(jid: &str) -> Jid {
        Jid::new(jid).unwrap()
    }

    fn table() -> IqTable {
        IqTable::new(
            BareJid::new("sam@example.org").unwrap(),
            Duration::from_secs(30),
            "x".to_owned(),
        )
    }

    fn request(to: &str) -> (Request, oneshot::Receiver<Result<Option<Element>, IqError>>) {
        let (answer, answered) = oneshot::channel();
        let question = Question::Get(Element::bare("ping", "urn:xmpp:ping"));
        (
            Request {
                to: jid(to),
                question,
                about: None,
                answer,
            },
            answered,
        )
    }

    fn result(from: Option<&str>, id: &str) -> Iq {
        Iq::Result {
            from: from.map(jid),
            to: None,
            id: id.to_owned(),
            payload: None,
        }
    }

    #[test]
    fn an_answer_counts_only_from_the_one_asked_and_with_the_questions_id() {
        let mut table = table();
        let (request, mut answered) = request("pubsub.example.org");
        let iq = table.begin(request, Instant::now());
        for from in [
            None,
            Some("evil.example.org"),
            Some("sam@example.org"),
            Some("pubsub.example.org/x"),
        ] {
            table.answered(result(from, iq.id()));
            assert!(answered.try_recv().is_err(), "{from:?} was believed");
        }
        table.answered(result(Some("pubsub.example.org"), "other"));
        assert!(answered.try_recv().is_err());
        table.answered(result(Some("pubsub.example.org"), iq.id()));
        assert!(matches!(answered.try_recv(), Ok(Ok(None))));
    }

    #[test]
    fn the_own_account_may_answer_without_a_sender() {
        let mut table = table();
        let (request, mut answered) = request("sam@example.org");
        let iq = table.begin(request, Instant::now());
        table.answered(result(None, iq.id()));
        assert!(matches!(answered.try_recv(), Ok(Ok(None))));
    }

    #[test]
    fn an_answer_that_does_not_come_in_time_fails_and_comes_too_late_then() {
        let mut table = table();
        let now = Instant::now();
        let (request, mut answered) = request("pubsub.example.org");
        let iq = table.begin(request, now);
        table.expire(now + Duration::from_secs(29));
        assert!(answered.try_recv().is_err());
        assert_eq!(table.next_deadline(), Some(now + Duration::from_secs(30)));
        table.expire(now + Duration::from_secs(30));
        assert!(matches!(answered.try_recv(), Ok(Err(IqError::Timeout))));
        table.answered(result(Some("pubsub.example.org"), iq.id()));
        assert_eq!(table.next_deadline(), None);
    }
}
