//! One account on several devices: what a person does on one is done on the others.

#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

use jiff::Timestamp;
use mailwren_core::popup::{Popup, PopupAction, PopupEvent, PopupEventKind};
use mailwren_core::quiet::Later;
use mailwren_core::stanza;
use mailwren_core::view::{Command, Reply, Row};
use mailwren_engine::face::{Face, Opening};
use mailwren_loopback::Held;
use minidom::Element;
use tokio::sync::{mpsc, watch};

use crate::scene::{NODE, SAM, SERVICE, Scene, Screen, device, listening, popups, rows, status, until};

const MARKS: &str = "urn:mailwren:marks:0";

/// A device with a screen.
struct Device {
    face: Face,
    up: watch::Receiver<Vec<Popup>>,
    events: mpsc::Sender<PopupEvent>,
}

impl Device {
    async fn start(opening: &Opening) -> Self {
        let (screen, up) = Screen::new();
        let (events, popup_events) = mpsc::channel(8);
        let face = Face::open_desktop(opening, (screen, popup_events)).await.unwrap();
        listening(&face).await;
        Self { face, up, events }
    }

    /// Waits until so many popups are up.
    async fn shows(&mut self, count: usize) -> Vec<Popup> {
        popups(&mut self.up, |up| up.len() == count).await
    }

    async fn ask(&self, command: Command) {
        assert!(matches!(
            self.face.call(command).await.unwrap(),
            Reply::Done { count: 1.. }
        ));
    }

    async fn becomes(&self, wanted: impl Fn(&Row) -> bool) -> Row {
        let seen = until(
            &self.face,
            || rows(&self.face),
            |rows| rows.first().is_some_and(&wanted),
        )
        .await;
        seen.into_iter().next().unwrap()
    }

    async fn does(&self, popup: &Popup, kind: PopupEventKind) {
        self.events.send(PopupEvent { id: popup.id, kind }).await.unwrap();
    }
}

async fn two_devices(scene: &Scene) -> (Device, Device) {
    let desk = Device::start(&scene.opening).await;
    let lap = Device::start(&device(&scene.server)).await;
    (desk, lap)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn read_on_one_device_is_read_on_the_other_and_its_popup_goes() {
    let scene = Scene::new().await;
    let (mut desk, mut lap) = two_devices(&scene).await;
    scene.publish("1", "Hello");
    let popup = desk.shows(1).await.remove(0);
    lap.shows(1).await;

    desk.does(&popup, PopupEventKind::Action(PopupAction::MarkRead)).await;
    lap.shows(0).await;
    let row = lap.becomes(|row| !row.unread).await;
    until(&lap.face, || status(&lap.face), |status| status.unread == 0).await;

    lap.ask(Command::Mark {
        seqs: vec![row.seq],
        read: false,
    })
    .await;
    desk.becomes(|row| row.unread).await;
    desk.face.close().await;
    lap.face.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_popup_that_is_dismissed_goes_everywhere_and_the_mail_stays_unread() {
    let scene = Scene::new().await;
    let (mut desk, mut lap) = two_devices(&scene).await;
    scene.publish("1", "Hello");
    let popup = desk.shows(1).await.remove(0);
    lap.shows(1).await;

    desk.does(&popup, PopupEventKind::Dismissed).await;
    lap.shows(0).await;
    assert!(rows(&lap.face).await[0].unread && rows(&desk.face).await[0].unread);
    desk.face.close().await;
    lap.face.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_popup_that_runs_out_is_nobodys_business() {
    let scene = Scene::new().await;
    let (mut desk, mut lap) = two_devices(&scene).await;
    scene.publish("1", "First");
    let popup = desk.shows(1).await.remove(0);
    lap.shows(1).await;
    desk.does(&popup, PopupEventKind::Closed).await;
    // What is told later comes later: by then the first would have gone.
    scene.publish("2", "Second");
    let second = desk.shows(2).await.remove(1);
    lap.shows(2).await;
    desk.does(&second, PopupEventKind::Dismissed).await;
    let left = lap.shows(1).await;
    assert!(left[0].body.contains("First"), "{left:?}");
    desk.face.close().await;
    lap.face.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mail_that_is_put_off_is_so_on_all_devices_until_that_is_taken_back() {
    let scene = Scene::new().await;
    let (mut desk, mut lap) = two_devices(&scene).await;
    scene.publish("1", "Hello");
    desk.shows(1).await;
    lap.shows(1).await;
    let seq = rows(&desk.face).await[0].seq;

    desk.ask(Command::Snooze {
        seqs: vec![seq],
        later: Some(Later::Hour),
    })
    .await;
    lap.shows(0).await;
    let row = lap.becomes(|row| row.snoozed_until.is_some()).await;
    assert!(row.unread);
    assert_eq!(row.snoozed_until, rows(&desk.face).await[0].snoozed_until);

    desk.ask(Command::Snooze {
        seqs: vec![seq],
        later: None,
    })
    .await;
    lap.becomes(|row| row.snoozed_until.is_none()).await;
    desk.face.close().await;
    lap.face.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_device_that_was_off_shows_nothing_of_what_was_read_meanwhile() {
    let scene = Scene::new().await;
    let other = device(&scene.server);
    // It has seen the node before: what comes while it is off would be news.
    Device::start(&other).await.face.close().await;
    let mut desk = Device::start(&scene.opening).await;
    for (item, subject) in [("1", "Read"), ("2", "Put off"), ("3", "Dismissed")] {
        scene.publish(item, subject);
        let popup = desk.shows(1).await.remove(0);
        let seq = rows(&desk.face).await[0].seq;
        match item {
            "1" => {
                desk.ask(Command::Mark {
                    seqs: vec![seq],
                    read: true,
                })
                .await
            }
            "2" => {
                desk.ask(Command::Snooze {
                    seqs: vec![seq],
                    later: Some(Later::Hour),
                })
                .await
            }
            _ => desk.does(&popup, PopupEventKind::Dismissed).await,
        }
        // The screen takes away what it is told to; a daemon has closed by itself what a person dismissed.
        if item != "3" {
            desk.shows(0).await;
        }
    }
    told(&scene, 3).await;
    scene.publish("4", "Unread");

    let mut lap = Device::start(&other).await;
    let up = popups(&mut lap.up, |up| !up.is_empty()).await;
    assert!(up.len() == 1 && up[0].body.contains("Unread"), "{up:?}");
    let rows = rows(&lap.face).await;
    let standing: Vec<_> = rows.iter().map(|r| (r.unread, r.snoozed_until.is_some())).collect();
    assert_eq!(standing, [(true, false), (true, false), (true, true), (false, false)]);
    desk.face.close().await;
    lap.face.close().await;
}

/// Waits until the marks of so many mails are on the account's node.
async fn told(scene: &Scene, count: usize) {
    let held = || {
        let Ok(Held { items, access }) = scene.server.held(SAM, MARKS) else {
            return 0;
        };
        assert_eq!(access, "whitelist", "others could read it");
        let marks = items.iter().filter_map(|(_, payload)| payload.as_ref());
        marks.map(|marks| marks.children().count()).sum()
    };
    tokio::time::timeout(crate::scene::LIMIT, async {
        while held() < count {
            tokio::task::yield_now().await;
        }
    })
    .await
    .expect("the other devices are told");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_done_without_a_connection_is_told_with_the_next_one() {
    let scene = Scene::new().await;
    let mut desk = Device::start(&scene.opening).await;
    scene.publish("1", "Hello");
    desk.shows(1).await;
    let seq = rows(&desk.face).await[0].seq;
    desk.face.close().await;

    let offline = Opening {
        connect: false,
        ..scene.opening.clone()
    };
    let face = Face::open(&offline).await.unwrap();
    face.call(Command::Mark {
        seqs: vec![seq],
        read: true,
    })
    .await
    .unwrap();
    face.close().await;
    assert!(scene.server.held(SAM, MARKS).is_err());

    let lap = Device::start(&device(&scene.server)).await;
    let desk = Device::start(&scene.opening).await;
    lap.becomes(|row| !row.unread).await;
    desk.face.close().await;
    lap.face.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_strangers_mark_does_nothing() {
    let scene = Scene::new().await;
    let mut desk = Device::start(&scene.opening).await;
    scene.publish("1", "Hello");
    desk.shows(1).await;
    let session = scene.server.seen().sessions.keys().next().unwrap().clone();
    let digest = {
        let Held { items, .. } = scene.server.held(SERVICE, NODE).unwrap();
        let payload = items[0].1.clone().unwrap();
        let item = Element::builder("item", "http://jabber.org/protocol/pubsub").append(payload);
        stanza::item(SERVICE, NODE, &item.build()).payload.0
    };
    let forged = |from: &str| {
        let at = Timestamp::now();
        format!(
            "<message from='{from}' to='{session}'><event xmlns='http://jabber.org/protocol/pubsub#event'>\
             <items node='{MARKS}'><item id='x'><marks xmlns='{MARKS}'>\
             <mark service='{SERVICE}' node='{NODE}' item='1' payload='{digest}' deed='read' at='{at}'/>\
             </marks></item></items></event></message>"
        )
    };
    let send = |from| scene.server.send_raw(&session, forged(from).as_bytes()).unwrap();
    assert_eq!(send("eve@example.org") + send("sam@aosnotify.mac.com/else"), 2);
    scene.publish("2", "Second");
    desk.shows(2).await;
    assert!(rows(&desk.face).await.iter().all(|row| row.unread));

    // The account's own would.
    assert_eq!(send(SAM), 1);
    desk.shows(1).await;
    desk.face.close().await;
}
