//! What programs ask of the notification daemon, and what becomes of it: recorded by a monitor on the bus, so whatever
//! the daemon is.

use std::collections::HashMap;
use std::time::Instant;

use anyhow::{Context, Result};
use futures::StreamExt;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use zbus::message::Type;
use zbus::zvariant::OwnedValue;
use zbus::{Connection, MatchRule, Message, MessageStream};

use crate::wait::within;

const INTERFACE: &str = "org.freedesktop.Notifications";

/// A notification, as asked for.
#[derive(Debug, Clone)]
pub struct Notification {
    /// The daemon's id; `None` until it answered.
    pub id: Option<u32>,
    /// The program's name.
    pub app: String,
    /// Id of the notification it replaces, or 0.
    pub replaces: u32,
    /// First line.
    pub summary: String,
    /// The rest; markup, where the daemon says so.
    pub body: String,
    /// Keys and labels in turn.
    pub actions: Vec<String>,
    /// Whether it is closed, by whomever.
    pub closed: bool,
    /// When it was asked for.
    pub at: Instant,
    /// Serial number and sender of the call.
    call: (u32, String),
}

/// A recording. Ends with its handle.
#[derive(Debug)]
pub struct Notifications {
    seen: watch::Receiver<Vec<Notification>>,
    task: JoinHandle<()>,
}

impl Notifications {
    /// Starts a recording.
    ///
    /// # Errors
    /// When the bus refuses a monitor.
    pub(super) async fn record(address: &str) -> Result<Self> {
        let bus: Connection = zbus::connection::Builder::address(address)?.build().await?;
        let calls = MatchRule::builder()
            .msg_type(Type::MethodCall)
            .interface(INTERFACE)?
            .build();
        let signals = MatchRule::builder()
            .msg_type(Type::Signal)
            .interface(INTERFACE)?
            .build();
        let replies = MatchRule::builder()
            .msg_type(Type::MethodReturn)
            .sender(INTERFACE)?
            .build();
        let rules = [calls, signals, replies];
        zbus::fdo::MonitoringProxy::new(&bus)
            .await?
            .become_monitor(&rules, 0)
            .await?;
        let mut messages = MessageStream::from(&bus);
        let (sender, seen) = watch::channel(Vec::new());
        let task = tokio::spawn(async move {
            while let Some(Ok(message)) = messages.next().await {
                sender.send_if_modified(|all| note(all, &message).unwrap_or(false));
            }
        });
        Ok(Self { seen, task })
    }

    /// All so far.
    pub fn all(&self) -> Vec<Notification> {
        self.seen.borrow().clone()
    }

    /// Awaits one that fulfils a condition.
    ///
    /// # Errors
    /// When none does; with what was there.
    pub async fn one(&self, what: &str, is: impl Fn(&Notification) -> bool) -> Result<Notification> {
        let mut seen = self.seen.clone();
        let found = |all: &Vec<Notification>| all.iter().find(|one| one.id.is_some() && is(one)).cloned();
        let all = within(what, seen.wait_for(|all| found(all).is_some()))
            .await
            .with_context(|| format!("instead: {:#?}", self.all()))??;
        found(&all).context("a notification vanished")
    }

    /// Awaits that the notification with this id is closed.
    ///
    /// # Errors
    /// When it stays.
    pub async fn closed(&self, id: u32) -> Result<()> {
        self.one("a closed notification", |one| one.id == Some(id) && one.closed)
            .await?;
        Ok(())
    }
}

impl Drop for Notifications {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Notes a message; whether it changed anything.
fn note(all: &mut Vec<Notification>, message: &Message) -> Result<bool> {
    let header = message.header();
    let name = |name: Option<&zbus::names::UniqueName<'_>>| name.map(|name| name.to_string()).unwrap_or_default();
    match (header.message_type(), header.member().map(|member| member.as_str())) {
        (Type::MethodCall, Some("Notify")) => {
            type Notify = (
                String,
                u32,
                String,
                String,
                String,
                Vec<String>,
                HashMap<String, OwnedValue>,
                i32,
            );
            let (app, replaces, _icon, summary, body, actions, _hints, _timeout): Notify =
                message.body().deserialize()?;
            let call = (header.primary().serial_num().get(), name(header.sender()));
            let made = Notification {
                id: None,
                app,
                replaces,
                summary,
                body,
                actions,
                closed: false,
                at: Instant::now(),
                call,
            };
            all.push(made);
        }
        (Type::MethodReturn, _) => {
            let to = header.destination().map(ToString::to_string).unwrap_or_default();
            let serial = header.reply_serial().map_or(0, |serial| serial.get());
            let Some(asked) = all
                .iter_mut()
                .find(|one| one.id.is_none() && one.call == (serial, to.clone()))
            else {
                return Ok(false);
            };
            asked.id = Some(message.body().deserialize()?);
        }
        (Type::Signal, Some("NotificationClosed")) => {
            let (id, _reason): (u32, u32) = message.body().deserialize()?;
            for one in all.iter_mut().filter(|one| one.id == Some(id)) {
                one.closed = true;
            }
        }
        _ => return Ok(false),
    }
    Ok(true)
}
