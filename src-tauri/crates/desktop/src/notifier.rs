//! Notifications over the desktop's notification daemon (org.freedesktop.Notifications, spec 1.2), by notify-rust.
//!
//! Some daemons send `ActionInvoked` only to the connection that asked for the popup, so each popup's handle, which holds
//! its connection, is kept until the popup is gone; one task a popup waits for what becomes of it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures::future::BoxFuture;
use futures::stream::BoxStream;
use mailwren_core::act::Act;
use mailwren_core::popup::{Popup, PopupAction, PopupEvent, PopupEventKind};
use mailwren_engine::ports::{Notifier, NotifierError, Surroundings};
use notify_rust::{CloseReason, Hint, Notification, NotificationHandle, NotificationResponse, Urgency};
use tokio::sync::mpsc;
use tokio_util::task::AbortOnDropHandle;

use crate::daemon::{Able, Daemon, failure};
use crate::{APP_ID, surroundings, text};

/// So many popups are listened to; the oldest is forgotten first. Each costs a connection to the bus.
const REMEMBERED: usize = 64;
const TITLE_CHARS: usize = 200;
const BODY_CHARS: usize = 1_000;

/// Shows popups and tells what becomes of them.
///
/// It needs no daemon to be made: each popup tries anew, so a daemon that comes late or restarts is simply used.
pub struct DesktopNotifier {
    up: Up,
    events: mpsc::Sender<PopupEvent>,
    daemon: Arc<Daemon>,
}

/// The popups that are up, by our ids.
type Up = Arc<Mutex<BTreeMap<u64, Shown>>>;

struct Shown {
    handle: Arc<NotificationHandle>,
    /// Ends with the popup.
    _listener: AbortOnDropHandle<()>,
}

impl Notifier for DesktopNotifier {
    fn show(&self, popup: Popup) -> BoxFuture<'_, Result<(), NotifierError>> {
        Box::pin(self.show_popup(popup))
    }

    fn expect(&self) {
        self.daemon.ask_ahead();
    }

    fn withdraw(&self, id: u64) -> BoxFuture<'_, ()> {
        Box::pin(async move {
            let shown = lock(&self.up).remove(&id);
            if let Some(shown) = shown {
                shown.handle.close_async().await;
            }
        })
    }

    fn surroundings(&self) -> BoxStream<'static, Surroundings> {
        surroundings::watch()
    }
}

impl DesktopNotifier {
    /// A notifier that tells through `events` what becomes of its popups. Nothing is connected yet.
    pub fn new(events: mpsc::Sender<PopupEvent>) -> Self {
        Self {
            up: Up::default(),
            events,
            daemon: Arc::default(),
        }
    }

    async fn show_popup(&self, popup: Popup) -> Result<(), NotifierError> {
        let found = self.daemon.ask().await?;
        if found.disturbing && popup.heeds_do_not_disturb {
            return Err(NotifierError::Inhibited);
        }
        let replaces = lock(&self.up).get(&popup.id).map_or(0, |shown| shown.handle.id());
        let notification = notification(&popup, found.able, replaces);
        let handle = Arc::new(notification.show_async().await.map_err(failure)?);
        let listener = tokio::spawn(listen(
            popup.id,
            Arc::clone(&handle),
            Arc::clone(&self.up),
            self.events.clone(),
        ));
        let mut up = lock(&self.up);
        up.insert(
            popup.id,
            Shown {
                handle,
                _listener: AbortOnDropHandle::new(listener),
            },
        );
        while up.len() > REMEMBERED {
            up.pop_first();
        }
        Ok(())
    }
}

/// Waits for what becomes of a popup.
async fn listen(id: u64, handle: Arc<NotificationHandle>, up: Up, events: mpsc::Sender<PopupEvent>) {
    let mut became = None;
    handle
        .wait_for_action_async(|response: &NotificationResponse| {
            became = match response {
                NotificationResponse::Default => Some(PopupEventKind::Action(PopupAction::Open)),
                NotificationResponse::Action(key) => action(key).map(PopupEventKind::Action),
                NotificationResponse::Closed(CloseReason::Dismissed) => Some(PopupEventKind::Dismissed),
                _ => None,
            }
        })
        .await;
    if let Some(PopupEventKind::Action(_)) = became {
        // Most daemons close a popup after an action, but the spec leaves that to them; dunst keeps it up.
        handle.close_async().await;
    }
    for kind in became.into_iter().chain([PopupEventKind::Closed]) {
        // The engine may be ending; then nobody wants to know.
        events.send(PopupEvent { id, kind }).await.ok();
    }
    let mut up = lock(&up);
    if up.get(&id).is_some_and(|shown| Arc::ptr_eq(&shown.handle, &handle)) {
        up.remove(&id);
    }
}

fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The popup as the daemon wants it; `replaces` is the daemon's id of the one it takes the place of, or 0.
fn notification(popup: &Popup, able: Able, replaces: u32) -> Notification {
    let mut notification = Notification::new();
    notification
        .appname("Mailwren")
        .icon(APP_ID)
        .summary(&text::title(&popup.title, TITLE_CHARS))
        .body(&body(&popup.body, able.markup))
        .hint(Hint::DesktopEntry(APP_ID.to_owned()))
        .hint(Hint::Category("email.arrived".to_owned()))
        .urgency(Urgency::Normal)
        .hint(if popup.sound {
            Hint::SoundName("message-new-email".to_owned())
        } else {
            Hint::SuppressSound(true)
        });
    if replaces != 0 {
        notification.id(replaces);
    }
    for (key, action) in actions(&popup.actions, able.actions) {
        notification.action(key, &action.label(&popup.words));
    }
    notification
}

/// The body, escaped exactly when the daemon takes it as markup.
fn body(plain: &str, markup: bool) -> String {
    let plain = text::lines(plain, BODY_CHARS);
    if markup { text::markup(&plain) } else { plain }
}

/// What is offered, by its key. A daemon without actions may still tell a click, as `default`.
fn actions(wanted: &[PopupAction], able: bool) -> Vec<(&'static str, PopupAction)> {
    wanted
        .iter()
        .filter(|a| able || **a == PopupAction::Open)
        .map(|a| match a {
            PopupAction::Open => ("default", *a),
            PopupAction::MarkRead => ("mark-read", *a),
            PopupAction::Snooze => ("snooze", *a),
            PopupAction::Mute => ("mute", *a),
            PopupAction::Act(Act::Read) => ("mail-read", *a),
            PopupAction::Act(Act::Unread) => ("mail-unread", *a),
            PopupAction::Act(Act::Archive) => ("archive", *a),
            PopupAction::Act(Act::Delete) => ("delete", *a),
            PopupAction::Act(Act::Junk) => ("junk", *a),
            PopupAction::Undo => ("undo", *a),
        })
        .collect()
}

fn action(key: &str) -> Option<PopupAction> {
    match key {
        "default" => Some(PopupAction::Open),
        "mark-read" => Some(PopupAction::MarkRead),
        "snooze" => Some(PopupAction::Snooze),
        "mute" => Some(PopupAction::Mute),
        "archive" => Some(PopupAction::Act(Act::Archive)),
        "delete" => Some(PopupAction::Act(Act::Delete)),
        "undo" => Some(PopupAction::Undo),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use mailwren_core::words::Words;

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
    fn a_daemon_that_knows_links_takes_markup() {
        let able = |told: &[&str]| Able::from_capabilities(&told.iter().map(ToString::to_string).collect::<Vec<_>>());
        assert!(able(&["body", "body-markup"]).markup);
        assert!(able(&["actions", "body", "body-hyperlinks"]).markup);
        assert_eq!(
            able(&["body"]),
            Able {
                markup: false,
                actions: false
            }
        );
    }

    #[test]
    fn an_escape_is_never_cut_in_two() {
        let escaped = body(&"&".repeat(5_000), true);
        assert!(escaped.strip_suffix('…').is_some_and(|e| e.len() % "&amp;".len() == 0));
    }

    #[test]
    fn a_daemon_without_actions_is_offered_the_click_alone() {
        let wanted = [PopupAction::Open, PopupAction::MarkRead];
        assert_eq!(
            actions(&wanted, true),
            [("default", PopupAction::Open), ("mark-read", PopupAction::MarkRead)]
        );
        assert_eq!(actions(&wanted, false), [("default", PopupAction::Open)]);
    }

    #[test]
    fn what_is_offered_comes_back_as_what_it_was() {
        for wanted in [
            PopupAction::Open,
            PopupAction::MarkRead,
            PopupAction::Snooze,
            PopupAction::Mute,
            PopupAction::Act(Act::Archive),
            PopupAction::Act(Act::Delete),
            PopupAction::Undo,
        ] {
            let (key, _) = actions(&[wanted], true).into_iter().next().unwrap();
            assert_eq!(action(key), Some(wanted));
        }
        assert_eq!(action("burn"), None);
    }

    #[test]
    fn silence_is_asked_for_in_words() {
        let quiet = notification(&popup(false), Able::default(), 0);
        let loud = notification(&popup(true), Able::default(), 0);
        assert!(quiet.hints.contains(&Hint::SuppressSound(true)) && !loud.hints.contains(&Hint::SuppressSound(true)));
        assert!(loud.hints.iter().any(|h| matches!(h, Hint::SoundName(_))));
    }

    fn popup(sound: bool) -> Popup {
        Popup {
            id: 1,
            title: "Miriam".to_owned(),
            body: "Hello".to_owned(),
            actions: vec![PopupAction::Open],
            words: Words::default(),
            sound,
            heeds_do_not_disturb: true,
            settles: Vec::new(),
        }
    }
}
