//! A connection on which commands are given, one after another, and which is listened to in between.
//!
//! Every wait has an end. What the server tells without being asked is noticed whenever it comes, and says no more than
//! which folder is to be looked at.

use std::collections::BTreeSet;
use std::time::Duration;

use futures::StreamExt;
use mailwren_core::said::Said;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};
use tokio::time::{Instant, timeout, timeout_at};
use tokio_util::codec::Framed;
use zeroize::Zeroizing;

use super::ImapError;
use super::response::{self, Answer, Capabilities, Code, Condition, Response, Told};
use super::wire::{Limits, Responses, USUAL};

/// Longest silence while a command is under way.
const SILENCE: Duration = Duration::from_secs(60);
/// Longest that a command may take, however much the server tells.
const COMMAND: Duration = Duration::from_secs(600);
/// Longest that listening takes to end.
const END: Duration = Duration::from_secs(20);
/// Longest that a command takes to be sent.
const SEND: Duration = Duration::from_secs(30);
/// So many responses come before one that is waited for. A mailbox of a million is told of.
const RESPONSES: usize = 1_500_000;
/// So many of them may be unknown.
const UNKNOWN: usize = 1_000;

/// What a connection is made over.
pub trait Io: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Io for T {}

/// A connection.
pub(crate) struct Client<S> {
    wire: Framed<S, Responses>,
    tag: u32,
    /// What the server said last that it can do.
    pub(super) capabilities: Option<Capabilities>,
    /// What it told without being asked.
    pub(crate) noticed: Noticed,
    /// Whether messages are told of because they were asked for.
    fetching: bool,
    unknown: usize,
}

/// What calls for a look.
#[derive(Debug, Default)]
pub(crate) struct Noticed {
    /// At the folder that is open.
    pub(crate) here: bool,
    /// At folders with these names on the wire.
    pub(crate) elsewhere: BTreeSet<String>,
}

impl Noticed {
    /// Whether anything does.
    pub(crate) fn any(&self) -> bool {
        self.here || !self.elsewhere.is_empty()
    }

    fn notice(&mut self, told: &Told, fetching: bool) {
        match told {
            Told::Exists(_) | Told::Expunge | Told::Vanished { earlier: false, .. } => self.here = true,
            // Who asks is told the UID.
            Told::Message(message) if !fetching || message.uid.is_none() => self.here = true,
            Told::Status(status) => {
                self.elsewhere.insert(status.name.clone());
            }
            _ => {}
        }
    }
}

impl<S: Io> Client<S> {
    /// A connection on which the server hasn't greeted yet.
    pub(super) fn new(io: S) -> Self {
        Self {
            wire: Framed::new(io, Responses::new()),
            tag: 0,
            capabilities: None,
            noticed: Noticed::default(),
            fetching: false,
            unknown: 0,
        }
    }

    /// The connection alone; `None` if the server sent more than it should have by now.
    pub(super) fn into_inner(self) -> Option<S> {
        let parts = self.wire.into_parts();
        (parts.read_buf.is_empty() && parts.write_buf.is_empty()).then_some(parts.io)
    }

    /// Awaits the greeting; says whether one is logged in already.
    pub(super) async fn greeted(&mut self) -> Result<bool, ImapError> {
        let greeting = timeout(SILENCE, self.next()).await;
        match greeting.map_err(|_| ImapError::Late("its greeting"))?? {
            Response::Told(Told::Answer(answer)) if answer.condition == Condition::Ok => Ok(false),
            Response::Told(Told::Answer(answer)) if answer.condition == Condition::PreAuth => Ok(true),
            _ => Err(ImapError::Protocol("it doesn't greet as an IMAP server does")),
        }
    }

    /// What the server can do; asked for where it hasn't said so.
    pub(super) async fn capabilities(&mut self) -> Result<Capabilities, ImapError> {
        if self.capabilities.is_none() {
            self.command("CAPABILITY", "CAPABILITY", USUAL, |_| {}).await?;
        }
        let capabilities = self.capabilities.clone();
        capabilities.ok_or(ImapError::Protocol("it doesn't tell what it can do"))
    }

    /// Whether the server can do this.
    pub(crate) fn can(&self, what: &str) -> bool {
        self.capabilities.as_ref().is_some_and(|all| all.has(what))
    }

    /// Gives a command that has to succeed; `take` gets what is told meanwhile.
    ///
    /// # Errors
    /// [`ImapError::Refused`] if it doesn't; else the connection is of no use any more.
    pub(crate) async fn command(
        &mut self,
        what: &'static str,
        command: &str,
        limits: Limits,
        take: impl FnMut(Told),
    ) -> Result<Answer, ImapError> {
        let answer = self.try_command(command, limits, take).await?;
        match answer.condition {
            Condition::Ok => Ok(answer),
            _ => Err(ImapError::Refused {
                what,
                text: answer.text,
            }),
        }
    }

    /// Gives a command, which may be refused.
    pub(crate) async fn try_command(
        &mut self,
        command: &str,
        limits: Limits,
        mut take: impl FnMut(Told),
    ) -> Result<Answer, ImapError> {
        let tag = self.send(command).await?;
        self.wire.codec_mut().limits = limits;
        self.fetching = command.starts_with("UID FETCH ");
        let answer = self.until_done(&tag, &mut take).await;
        self.fetching = false;
        self.wire.codec_mut().limits = USUAL;
        answer
    }

    /// Gives a command that takes one more line once the server asks for it, and an answer to whatever it asks then.
    pub(super) async fn dialogue(
        &mut self,
        command: &str,
        line: Option<&str>,
        then: &str,
    ) -> Result<Answer, ImapError> {
        let tag = self.send(command).await?;
        let mut lines = line.into_iter().chain([then]);
        loop {
            match self.awaited(SILENCE).await? {
                Response::Done(done, answer) if done == tag => return Ok(answer),
                Response::Done(..) => return Err(ImapError::Protocol("it ends a command that wasn't given")),
                Response::Continue => match lines.next() {
                    Some(line) => self.send_line(line).await?,
                    None => return Err(ImapError::Protocol("it asks for more than a login takes")),
                },
                Response::Told(_) => {}
            }
        }
    }

    /// Listens for at most so long, until something calls for a look or `enough` does; says in the end whether the server
    /// still answers.
    pub(crate) async fn listen(&mut self, limit: Duration, enough: impl Future<Output = ()>) -> Result<(), ImapError> {
        let tag = self.send("IDLE").await?;
        let (begins_by, until) = (Instant::now() + SILENCE, Instant::now() + limit);
        tokio::pin!(enough);
        let mut begun = false;
        while !begun || !self.noticed.any() {
            let response = tokio::select! {
                response = self.next() => response?,
                () = &mut enough, if begun => break,
                () = tokio::time::sleep_until(if begun { until } else { begins_by }) => {
                    if begun { break }
                    return Err(ImapError::Late("IDLE"));
                }
            };
            match response {
                Response::Continue => begun = true,
                Response::Told(_) => {}
                Response::Done(_, answer) => {
                    let text = answer.text;
                    return Err(ImapError::Refused { what: "IDLE", text });
                }
            }
        }
        self.send_line("DONE").await?;
        let done = timeout(END, self.until_done(&tag, &mut |_| {})).await;
        done.map_err(|_| ImapError::Late("the end of IDLE"))??;
        Ok(())
    }

    /// Ends in order.
    pub(crate) async fn close(mut self) {
        let close = async {
            self.send("LOGOUT").await?;
            while self.next().await.is_ok() {}
            Ok::<_, ImapError>(())
        };
        timeout(Duration::from_secs(3), close).await.ok();
    }

    async fn until_done(&mut self, tag: &str, take: &mut impl FnMut(Told)) -> Result<Answer, ImapError> {
        let until = Instant::now() + COMMAND;
        for _ in 0..RESPONSES {
            let awaited = timeout_at(until, self.awaited(SILENCE)).await;
            match awaited.map_err(|_| ImapError::Late("the end of its answer"))?? {
                Response::Done(done, answer) if done == tag => return Ok(answer),
                Response::Done(..) => return Err(ImapError::Protocol("it ends a command that wasn't given")),
                Response::Continue => return Err(ImapError::Protocol("it asks for more than there is")),
                Response::Told(told) => take(told),
            }
        }
        Err(ImapError::Protocol("its answer doesn't end"))
    }

    async fn send(&mut self, command: &str) -> Result<String, ImapError> {
        self.tag = self.tag.wrapping_add(1);
        let tag = format!("w{}", self.tag);
        self.send_line(&Zeroizing::new(format!("{tag} {command}"))).await?;
        Ok(tag)
    }

    async fn send_line(&mut self, line: &str) -> Result<(), ImapError> {
        let line = Zeroizing::new(format!("{line}\r\n"));
        let io = self.wire.get_mut();
        let send = async {
            io.write_all(line.as_bytes()).await?;
            io.flush().await
        };
        let sent = timeout(SEND, send).await.map_err(|_| ImapError::Late("a command"))?;
        sent.map_err(|error| ImapError::lost(&error))
    }

    async fn awaited(&mut self, limit: Duration) -> Result<Response, ImapError> {
        let next = timeout(limit, self.next()).await;
        next.map_err(|_| ImapError::Late("an answer"))?
    }

    /// The next response. Nothing is lost if it isn't awaited to its end.
    async fn next(&mut self) -> Result<Response, ImapError> {
        loop {
            let Some(bytes) = self.wire.next().await else {
                return Err(ImapError::Lost(Said::word("net-hung-up")));
            };
            let Some(response) = response::read(&bytes?) else {
                self.unknown += 1;
                tracing::debug!(so_far = self.unknown, "the mail server told something unknown");
                if self.unknown > UNKNOWN {
                    return Err(ImapError::Protocol("hardly anything that it tells is IMAP"));
                }
                continue;
            };
            match &response {
                Response::Told(Told::Answer(answer)) if answer.condition == Condition::Bye => {
                    return Err(ImapError::Bye(answer.text.clone()));
                }
                Response::Told(Told::Answer(answer)) | Response::Done(_, answer) => {
                    if let Some(Code::Capabilities(all)) = &answer.code {
                        self.capabilities = Some(all.clone());
                    }
                }
                // The answer to ENABLE looks the same, and doesn't say what the server is.
                Response::Told(Told::Capabilities(all)) if all.has("IMAP4REV1") => {
                    self.capabilities = Some(all.clone());
                }
                Response::Told(told) => self.noticed.notice(told, self.fetching),
                Response::Continue => {}
            }
            return Ok(response);
        }
    }
}
