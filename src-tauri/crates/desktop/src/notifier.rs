//! Notifications over the desktop's notification daemon (org.freedesktop.Notifications, spec 1.2).
//!
//! One connection for all popups: some daemons send `ActionInvoked` only to the connection that asked for the popup,
//! and take popups away when that connection ends. notify-rust opens a connection for each popup and holds a thread
//! (or a task) for each answer; so here its protocol is spoken directly.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures::StreamExt;
use futures::future::BoxFuture;
use mailwren_core::popup::{Popup, PopupAction, PopupEvent, PopupEventKind};
use mailwren_engine::ports::{Notifier, NotifierError};
use tokio::sync::mpsc;
use tokio_util::task::AbortOnDropHandle;
use zbus::names::OwnedUniqueName;
use zbus::zvariant::{DynamicType, Structure, Value};
use zbus::{Connection, MatchRule, Message, MessageStream, message};

use crate::{APP_ID, glyph, text};

const NAME: &str = "org.freedesktop.Notifications";
const PATH: &str = "/org/freedesktop/Notifications";
/// A daemon that doesn't answer within this time counts as absent.
const ANSWER_WITHIN: Duration = Duration::from_secs(5);
/// So many popups are remembered; the oldest is forgotten first.
const REMEMBERED: usize = 512;
/// So many answers may overtake the reply that tells which popup they belong to.
const EARLY: usize = 64;
const TITLE_CHARS: usize = 200;
const BODY_CHARS: usize = 1_000;

/// Shows popups and tells what becomes of them.
///
/// It needs no daemon to be made: each popup tries anew, so a daemon that comes late or restarts is simply used.
pub struct DesktopNotifier {
    /// Also held over a call, so that popups come in the order they were asked for.
    bus: tokio::sync::Mutex<Option<Bus>>,
    shown: Arc<Mutex<Shown>>,
    events: mpsc::Sender<PopupEvent>,
}

/// The connection, and the task that listens on it for as long as it lasts.
struct Bus {
    connection: Connection,
    listener: AbortOnDropHandle<()>,
}

/// A popup as the daemon knows it. Ids of different daemons, one after the other, overlap.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Theirs {
    daemon: OwnedUniqueName,
    id: u32,
}

/// Which popups are up, by our ids.
#[derive(Debug, Default)]
struct Shown {
    popups: BTreeMap<u64, Theirs>,
    /// While the daemon is asked to show one: answers to popups that aren't known, perhaps to this one.
    early: Option<Vec<(Theirs, PopupEventKind)>>,
}

impl Shown {
    /// Records a popup; returns what already became of it.
    fn insert(&mut self, ours: u64, theirs: Theirs) -> Vec<PopupEvent> {
        let early = self.early.take().unwrap_or_default();
        self.popups.insert(ours, theirs.clone());
        while self.popups.len() > REMEMBERED {
            self.popups.pop_first();
        }
        early
            .into_iter()
            .filter(|(t, _)| *t == theirs)
            .filter_map(|(t, kind)| self.answer(&t, kind))
            .collect()
    }

    /// Whose answer it is; a closed popup is forgotten.
    fn answer(&mut self, theirs: &Theirs, kind: PopupEventKind) -> Option<PopupEvent> {
        let Some(id) = self.popups.iter().find(|(_, t)| *t == theirs).map(|(ours, _)| *ours) else {
            if let Some(early) = self.early.as_mut().filter(|e| e.len() < EARLY) {
                early.push((theirs.clone(), kind));
            }
            return None;
        };
        if kind == PopupEventKind::Closed {
            self.popups.remove(&id);
        }
        Some(PopupEvent { id, kind })
    }
}

impl Notifier for DesktopNotifier {
    fn show(&self, popup: Popup) -> BoxFuture<'_, Result<(), NotifierError>> {
        Box::pin(self.show_popup(popup))
    }

    fn withdraw(&self, id: u64) -> BoxFuture<'_, ()> {
        Box::pin(self.withdraw_popup(id))
    }
}

impl DesktopNotifier {
    /// A notifier that tells through `events` what becomes of its popups. Nothing is connected yet.
    pub fn new(events: mpsc::Sender<PopupEvent>) -> Self {
        Self {
            bus: tokio::sync::Mutex::default(),
            shown: Arc::default(),
            events,
        }
    }

    async fn show_popup(&self, popup: Popup) -> Result<(), NotifierError> {
        let mut bus = self.bus.lock().await;
        let connection = self.connection(&mut bus).await?;
        // Asked each time: the daemon may be another than for the last popup, and may have been started by this call.
        let (daemon, capabilities): (_, Vec<String>) = call(&connection, "GetCapabilities", &()).await?;
        let able = |capability| capabilities.iter().any(|c| c == capability);
        let replaces = match lock(&self.shown).popups.get(&popup.id) {
            Some(theirs) if theirs.daemon == daemon => theirs.id,
            _ => 0,
        };
        let request = (
            "Mailwren",
            replaces,
            APP_ID,
            text::line(&popup.title, TITLE_CHARS),
            body(&popup.body, able("body-markup")),
            actions(&popup.actions, able("actions")),
            hints(popup.sound),
            -1_i32,
        );
        lock(&self.shown).early = Some(Vec::new());
        let answer = call(&connection, "Notify", &request).await;
        let early = match answer {
            Ok((daemon, id)) => lock(&self.shown).insert(popup.id, Theirs { daemon, id }),
            Err(error) => {
                lock(&self.shown).early = None;
                return Err(error);
            }
        };
        for event in early {
            // The engine may be ending; then nobody wants to know.
            self.events.send(event).await.ok();
        }
        Ok(())
    }

    async fn withdraw_popup(&self, id: u64) {
        let bus = self.bus.lock().await;
        let Some(theirs) = lock(&self.shown).popups.remove(&id) else {
            return;
        };
        let Some(bus) = bus.as_ref() else { return };
        // To that very daemon: a later one may use the id for somebody else's popup.
        let closed =
            bus.connection
                .call_method(Some(&theirs.daemon), PATH, Some(NAME), "CloseNotification", &theirs.id);
        if let Err(error) = closed.await {
            // The person may have closed it in the same moment.
            tracing::debug!(%error, "a popup couldn't be withdrawn");
        }
    }

    async fn connection(&self, bus: &mut Option<Bus>) -> Result<Connection, NotifierError> {
        if let Some(bus) = bus.as_ref().filter(|b| !b.listener.is_finished()) {
            return Ok(bus.connection.clone());
        }
        let new = self.connect().await.map_err(failure)?;
        Ok(bus.insert(new).connection.clone())
    }

    async fn connect(&self) -> zbus::Result<Bus> {
        let connection = zbus::connection::Builder::session()?
            .method_timeout(ANSWER_WITHIN)
            .build()
            .await?;
        let rule = MatchRule::builder()
            .msg_type(message::Type::Signal)
            .interface(NAME)?
            .path(PATH)?
            .build();
        let mut signals = MessageStream::for_match_rule(rule, &connection, None).await?;
        let (shown, events) = (Arc::clone(&self.shown), self.events.clone());
        let listener = tokio::spawn(async move {
            while let Some(Ok(signal)) = signals.next().await {
                let event = answer(&signal).and_then(|(theirs, kind)| lock(&shown).answer(&theirs, kind));
                if let Some(event) = event
                    && events.send(event).await.is_err()
                {
                    return;
                }
            }
            // The bus is gone, and with it every popup.
            lock(&shown).popups.clear();
        });
        Ok(Bus {
            connection,
            listener: AbortOnDropHandle::new(listener),
        })
    }
}

fn lock(shown: &Mutex<Shown>) -> MutexGuard<'_, Shown> {
    shown.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Calls the daemon; tells who answered, and what.
async fn call<B, R>(connection: &Connection, method: &str, body: &B) -> Result<(OwnedUniqueName, R), NotifierError>
where
    B: serde::Serialize + DynamicType,
    R: serde::de::DeserializeOwned + zbus::zvariant::Type,
{
    let reply = connection
        .call_method(Some(NAME), PATH, Some(NAME), method, body)
        .await
        .map_err(failure)?;
    let sender = reply.header().sender().map(|s| OwnedUniqueName::from(s.to_owned()));
    let daemon = sender.ok_or(zbus::Error::MissingField).map_err(failure)?;
    let told = reply.body().deserialize().map_err(failure)?;
    Ok((daemon, told))
}

/// What a signal says of which popup.
fn answer(signal: &Message) -> Option<(Theirs, PopupEventKind)> {
    let header = signal.header();
    let daemon = OwnedUniqueName::from(header.sender()?.to_owned());
    match header.member()?.as_str() {
        "ActionInvoked" => {
            let (id, key): (u32, String) = signal.body().deserialize().ok()?;
            Some((Theirs { daemon, id }, PopupEventKind::Action(action(&key)?)))
        }
        "NotificationClosed" => {
            let (id, _reason): (u32, u32) = signal.body().deserialize().ok()?;
            Some((Theirs { daemon, id }, PopupEventKind::Closed))
        }
        _ => None,
    }
}

/// Sorts what went wrong in a call: nobody there, nobody answering, or a refusal.
fn failure(error: zbus::Error) -> NotifierError {
    const ABSENT: [&str; 2] = [
        "org.freedesktop.DBus.Error.ServiceUnknown",
        "org.freedesktop.DBus.Error.NameHasNoOwner",
    ];
    match &error {
        zbus::Error::MethodError(name, ..) if ABSENT.contains(&name.as_str()) => NotifierError::NoDaemon,
        zbus::Error::InputOutput(io) if io.kind() == std::io::ErrorKind::TimedOut => NotifierError::Timeout,
        _ => NotifierError::Failed(Box::new(error)),
    }
}

/// The body, escaped exactly when the daemon takes it as markup.
fn body(plain: &str, markup: bool) -> String {
    let plain = text::lines(plain, BODY_CHARS);
    if markup { text::markup(&plain) } else { plain }
}

/// Keys and labels in turn. A daemon without actions may still tell a click, as `default`.
fn actions(wanted: &[PopupAction], able: bool) -> Vec<&'static str> {
    wanted
        .iter()
        .filter(|a| able || **a == PopupAction::Open)
        .flat_map(|a| match a {
            PopupAction::Open => ["default", "Open"],
            PopupAction::MarkRead => ["mark-read", "Mark read"],
        })
        .collect()
}

fn action(key: &str) -> Option<PopupAction> {
    match key {
        "default" => Some(PopupAction::Open),
        "mark-read" => Some(PopupAction::MarkRead),
        _ => None,
    }
}

fn hints(sound: bool) -> HashMap<&'static str, Value<'static>> {
    let mut hints = HashMap::from([
        ("desktop-entry", Value::from(APP_ID)),
        ("category", Value::from("email.arrived")),
        ("urgency", Value::from(1_u8)),
    ]);
    if sound {
        hints.insert("sound-name", Value::from("message-new-email"));
    } else {
        hints.insert("suppress-sound", Value::from(true));
    }
    if !icon_is_installed()
        && let Some(picture) = image_data()
    {
        hints.insert("image-data", picture);
    }
    hints
}

/// Whether the daemon finds our icon by name; it doesn't when Mailwren runs from where it was built.
fn icon_is_installed() -> bool {
    let home = std::env::var("XDG_DATA_HOME").unwrap_or_else(|_| {
        std::env::var("HOME")
            .map(|h| format!("{h}/.local/share"))
            .unwrap_or_default()
    });
    let system = std::env::var("XDG_DATA_DIRS").unwrap_or_else(|_| "/usr/local/share:/usr/share".to_owned());
    let file = format!("icons/hicolor/48x48/apps/{APP_ID}.png");
    std::iter::once(home.as_str())
        .chain(system.split(':'))
        .any(|dir| Path::new(dir).join(&file).exists())
}

/// Our icon as the specification's `image-data`: width, height, rowstride, alpha, bits, channels, RGBA.
fn image_data() -> Option<Value<'static>> {
    let icon = glyph::app_icon()?;
    let side = i32::try_from(icon.size).ok()?;
    Some(Value::from(Structure::from((
        side,
        side,
        side * 4,
        true,
        8_i32,
        4_i32,
        icon.rgba,
    ))))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_body_is_escaped_exactly_when_the_daemon_takes_markup() {
        let hostile = "<b>x</b>&amp; <alice@example.org>\nnext";
        assert_eq!(
            body(hostile, true),
            "&lt;b&gt;x&lt;/b&gt;&amp;amp; &lt;alice@example.org&gt;\nnext"
        );
        assert_eq!(body(hostile, false), hostile);
    }

    #[test]
    fn an_escape_is_never_cut_in_two() {
        let escaped = body(&"&".repeat(5_000), true);
        assert!(escaped.strip_suffix('…').is_some_and(|e| e.len() % "&amp;".len() == 0));
    }

    #[test]
    fn a_daemon_without_actions_is_offered_the_click_alone() {
        let wanted = [PopupAction::Open, PopupAction::MarkRead];
        assert_eq!(actions(&wanted, true), ["default", "Open", "mark-read", "Mark read"]);
        assert_eq!(actions(&wanted, false), ["default", "Open"]);
    }

    #[test]
    fn what_is_offered_comes_back_as_what_it_was() {
        for wanted in [PopupAction::Open, PopupAction::MarkRead] {
            let key = actions(&[wanted], true).into_iter().next().unwrap_or_default();
            assert_eq!(action(key), Some(wanted));
        }
        assert_eq!(action("delete"), None);
    }

    fn theirs(daemon: &str, id: u32) -> Theirs {
        Theirs {
            daemon: OwnedUniqueName::try_from(daemon.to_owned()).unwrap(),
            id,
        }
    }

    #[test]
    fn an_answer_that_overtakes_the_reply_isnt_lost() {
        let mut shown = Shown {
            early: Some(Vec::new()),
            ..Shown::default()
        };
        assert_eq!(shown.answer(&theirs(":1.5", 3), PopupEventKind::Closed), None);
        let closed = PopupEvent {
            id: 70,
            kind: PopupEventKind::Closed,
        };
        assert_eq!(shown.insert(70, theirs(":1.5", 3)), [closed]);
        assert!(shown.popups.is_empty());
    }

    #[test]
    fn only_the_daemon_that_shows_a_popup_can_answer_for_it() {
        let mut shown = Shown::default();
        shown.insert(70, theirs(":1.5", 3));
        assert_eq!(
            shown.answer(&theirs(":1.6", 3), PopupEventKind::Action(PopupAction::MarkRead)),
            None
        );
        let open = PopupEventKind::Action(PopupAction::Open);
        assert_eq!(
            shown.answer(&theirs(":1.5", 3), open),
            Some(PopupEvent { id: 70, kind: open })
        );
    }

    #[test]
    fn a_daemon_that_never_says_closed_fills_no_memory() {
        let mut shown = Shown::default();
        for n in 0..5_000_u32 {
            shown.insert(u64::from(n), theirs(":1.5", n + 1));
        }
        assert_eq!(shown.popups.len(), REMEMBERED);
        assert!(shown.popups.contains_key(&4_999));
    }

    #[test]
    fn silence_is_asked_for_in_words() {
        assert!(hints(false).contains_key("suppress-sound") && !hints(false).contains_key("sound-name"));
        assert!(hints(true).contains_key("sound-name") && !hints(true).contains_key("suppress-sound"));
    }
}
