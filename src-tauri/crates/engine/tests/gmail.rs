//! Mail of a server that speaks Gmail's `google:mail:notify`, over the real store and an embedded server.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

use std::time::Duration;

use mailwren_core::popup::{Popup, PopupEvent};
use mailwren_core::view::{LinkState, NodeState, NodeStatus, Status};
use mailwren_engine::face::Face;
use mailwren_engine::xmpp::session::Timing;
use mailwren_loopback::Seen;
use minidom::Element;
use tokio::sync::{mpsc, watch};

use crate::scene::{LIMIT, SAM, Scene, Screen, popups, rows, status, until};

const GMAIL: &str = "google:mail:notify";

/// A desktop, and what is on its screen.
struct Desk {
    face: Face,
    up: watch::Receiver<Vec<Popup>>,
    _popups: mpsc::Sender<PopupEvent>,
}

async fn scene() -> Scene {
    let mut scene = Scene::new().await;
    scene.opening.timing = Timing {
        keepalive: Duration::from_secs(60),
        keepalive_answer: Duration::from_secs(15),
        ..Timing::scaled_down(100)
    };
    scene.server.speak_gmail();
    scene
}

async fn desk(scene: &Scene) -> Desk {
    let (screen, up) = Screen::new();
    let (_popups, popup_events) = mpsc::channel(8);
    let face = Face::open_desktop(&scene.opening, (screen, popup_events))
        .await
        .unwrap();
    Desk { face, up, _popups }
}

fn thread(tid: u64, date: u64, subject: &str) -> Element {
    let xml = format!(
        "<mail-thread-info xmlns='{GMAIL}' tid='{tid}' date='{date}'><senders><sender name='Miriam' unread='1'/></senders>\
         <subject>{subject}</subject></mail-thread-info>"
    );
    xml.parse().unwrap()
}

fn arrives(scene: &Scene, tid: u64, date: u64, subject: &str) {
    scene.server.new_mail(SAM, thread(tid, date, subject)).unwrap();
}

async fn seen(scene: &Scene, reached: impl FnMut(&Seen) -> bool) -> Seen {
    let waited = tokio::time::timeout(LIMIT, scene.server.wait_until(reached)).await;
    waited.expect("it was seen within the limit").unwrap();
    scene.server.seen()
}

/// What was asked for: newer than which time, and than which thread.
fn questions(seen: &Seen) -> Vec<(Option<&str>, Option<&str>)> {
    let questions = seen.mail_questions.iter();
    questions
        .map(|q| (q.newer_than_time.as_deref(), q.newer_than_tid.as_deref()))
        .collect()
}

fn mail_node(status: &Status) -> Option<&NodeStatus> {
    status.accounts[0].nodes.iter().find(|node| node.node == GMAIL)
}

async fn until_node(face: &Face, state: NodeState) -> NodeStatus {
    let there = |status: &Status| mail_node(status).is_some_and(|node| node.state == state);
    let status = until(face, || status(face), there).await;
    mail_node(&status).unwrap().clone()
}

/// Subjects, newest first.
async fn subjects(face: &Face) -> Vec<String> {
    let rows = rows(face).await;
    rows.into_iter().filter_map(|row| row.event.subject).collect()
}

async fn until_subjects(face: &Face, wanted: &[&str]) {
    until(face, || subjects(face), |subjects| subjects == wanted).await;
}

fn bodies(up: &[Popup]) -> String {
    up.iter()
        .map(|popup| format!("{}: {}\n", popup.title, popup.body))
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_there_first_is_no_news_and_what_comes_is_asked_for_and_told() {
    let scene = scene().await;
    arrives(&scene, 1, 1_000, "Old");
    let mut desk = desk(&scene).await;
    until_node(&desk.face, NodeState::Subscribed).await;
    until_subjects(&desk.face, &["Old"]).await;
    arrives(&scene, 2, 2_000, "New");
    let up = popups(&mut desk.up, |up| !up.is_empty()).await;
    assert!(up.len() == 1 && bodies(&up).contains("New"), "{up:?}");
    // A new mail in a thread that is known.
    arrives(&scene, 1, 3_000, "Re: Old");
    popups(&mut desk.up, |up| bodies(up).contains("Re: Old")).await;
    until_subjects(&desk.face, &["Re: Old", "New", "Old"]).await;
    let seen = seen(&scene, |seen| seen.mail_answered == 2).await;
    assert_eq!(seen.mail_told, 2);
    assert_eq!(
        questions(&seen),
        [(None, None), (Some("1000"), Some("1")), (Some("2000"), Some("2"))]
    );
    desk.face.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_reconnection_and_after_a_restart_only_what_was_missed_is_asked_for_and_told() {
    let scene = scene().await;
    arrives(&scene, 1, 1_000, "First");
    let mut first = desk(&scene).await;
    until_node(&first.face, NodeState::Subscribed).await;
    arrives(&scene, 2, 2_000, "Second");
    popups(&mut first.up, |up| bodies(up).contains("Second")).await;

    // Sessions are forgotten, so nobody is told of the next one.
    scene.server.restart();
    arrives(&scene, 3, 3_000, "Third");
    let up = popups(&mut first.up, |up| bodies(up).contains("Third")).await;
    assert!(!bodies(&up).contains("First"), "{up:?}");
    until_subjects(&first.face, &["Third", "Second", "First"]).await;
    seen(&scene, |seen| seen.mail_questions.len() == 3).await;
    first.face.close().await;

    arrives(&scene, 4, 4_000, "Fourth");
    let mut second = desk(&scene).await;
    let up = popups(&mut second.up, |up| bodies(up).contains("Fourth")).await;
    assert!(!bodies(&up).contains("First"), "{up:?}");
    until_subjects(&second.face, &["Fourth", "Third", "Second", "First"]).await;
    let seen = scene.server.seen();
    // How far it was known when it ended depends on when that was; what was asked for twice is stored once.
    let known: Vec<bool> = questions(&seen)
        .iter()
        .map(|(time, tid)| time.is_some() && tid.is_some())
        .collect();
    assert_eq!(known, [false, true, true, true]);
    second.face.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_answers_with_all_again_and_again_is_told_from_once() {
    let scene = scene().await;
    let all = |threads: &[Element]| {
        let mut mailbox = Element::bare("mailbox", GMAIL);
        for thread in threads {
            mailbox.append_child(thread.clone());
        }
        mailbox
    };
    let known = thread(1, 1_000, "Known");
    scene.server.answer_mail_with(Some(all(std::slice::from_ref(&known))));
    let mut desk = desk(&scene).await;
    until_node(&desk.face, NodeState::Subscribed).await;
    let threads = [thread(2, 2_000, "New"), thread(2, 2_000, "Again"), known];
    scene.server.answer_mail_with(Some(all(&threads)));
    for told in 1..=3 {
        arrives(&scene, 9, 9_000, "isn't in the answer");
        seen(&scene, |seen| seen.mail_questions.len() == 1 + told).await;
    }
    scene.server.answer_mail_with(Some(all(&[thread(3, 3_000, "Last")])));
    arrives(&scene, 9, 9_000, "isn't in the answer");
    let up = popups(&mut desk.up, |up| bodies(up).contains("Last")).await;
    assert!(!bodies(&up).contains("Known"), "{up:?}");
    // Of two with the same id in one answer it is the one that came first.
    until_subjects(&desk.face, &["Last", "Again", "Known"]).await;
    desk.face.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stranger_has_nothing_asked_for_and_no_mail_believed() {
    let scene = scene().await;
    let mut desk = desk(&scene).await;
    until_node(&desk.face, NodeState::Subscribed).await;
    for from in [
        "eve@aosnotify.mac.com",
        "eve@aosnotify.mac.com/x",
        "example.org",
        "sam@aosnotify.mac.com/other",
    ] {
        let told = format!(
            "<iq xmlns='jabber:client' type='set' id='x' from='{from}' to='{SAM}'><new-mail xmlns='{GMAIL}'/></iq>"
        );
        assert_eq!(scene.server.send_raw(SAM, told.as_bytes()).unwrap(), 1);
    }
    for from in ["eve@aosnotify.mac.com", SAM] {
        let answer = format!(
            "<iq xmlns='jabber:client' type='result' id='x' from='{from}' to='{SAM}'><mailbox xmlns='{GMAIL}' \
             result-time='9999'>{}</mailbox></iq>",
            String::from(&thread(9, 9_000, "Forged"))
        );
        assert_eq!(scene.server.send_raw(SAM, answer.as_bytes()).unwrap(), 1);
    }
    arrives(&scene, 1, 1_000, "Real");
    popups(&mut desk.up, |up| bodies(up).contains("Real")).await;
    until_subjects(&desk.face, &["Real"]).await;
    let status = until(&desk.face, || status(&desk.face), |s| s.accounts[0].strangers == 4).await;
    assert_eq!(status.accounts[0].link, LinkState::Connected);
    assert_eq!(
        scene.server.seen().mail_questions.len(),
        2,
        "the first, and that for the real one"
    );
    desk.face.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_answer_is_told_and_it_is_asked_again() {
    let scene = scene().await;
    scene.server.answer_mail_with(Some(Element::bare("query", GMAIL)));
    arrives(&scene, 1, 1_000, "Old");
    let desk = desk(&scene).await;
    let node = until_node(&desk.face, NodeState::Refused).await;
    assert!(node.trouble.unwrap().to_string().contains("mailbox"));
    scene.server.answer_mail_with(None);
    let node = until_node(&desk.face, NodeState::Subscribed).await;
    assert_eq!(node.trouble, None);
    until_subjects(&desk.face, &["Old"]).await;
    assert_eq!(
        *desk.up.borrow(),
        [],
        "the first answer that holds a mailbox is the first sight of it"
    );
    desk.face.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_that_is_too_large_is_left_out_and_new_mail_is_told() {
    let scene = scene().await;
    for tid in 0..1_500 {
        arrives(&scene, tid, 1_000 + tid, "Of a full mailbox");
    }
    let mut desk = desk(&scene).await;
    let node = until_node(&desk.face, NodeState::Subscribed).await;
    assert!(node.trouble.unwrap().to_string().contains("left out"));
    let far = 4_000_000_000_000;
    arrives(&scene, 5_000, far, "New");
    popups(&mut desk.up, |up| bodies(up).contains("New")).await;
    until_subjects(&desk.face, &["New"]).await;
    desk.face.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_whose_answers_are_always_too_large_is_asked_no_more_and_all_else_works() {
    let scene = scene().await;
    let mut huge = Element::bare("mailbox", GMAIL);
    huge.set_attr(
        minidom::rxml::Namespace::NONE,
        minidom::rxml::xml_ncname!("url").to_owned(),
        "x".repeat(9_000),
    );
    scene.server.answer_mail_with(Some(huge));
    let desk = desk(&scene).await;
    let node = until_node(&desk.face, NodeState::Refused).await;
    assert!(node.trouble.unwrap().to_string().contains("too large"));
    arrives(&scene, 1, 1_000, "Never asked for");
    scene.publish("1", "Heard");
    until_subjects(&desk.face, &["Heard"]).await;
    let seen = scene.server.seen();
    assert_eq!((seen.mail_questions.len(), seen.binds), (2, 3));
    desk.face.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_without_the_feature_is_asked_nothing() {
    let scene = Scene::new().await;
    let face = scene.open().await;
    crate::scene::listening(&face).await;
    scene.publish("1", "Heard");
    until_subjects(&face, &["Heard"]).await;
    assert_eq!(mail_node(&status(&face).await), None);
    assert_eq!(scene.server.seen().mail_questions, []);
    face.close().await;
}
