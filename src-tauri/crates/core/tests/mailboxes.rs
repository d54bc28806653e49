//! What only says that a mailbox changed, and the mailbox itself: inputs in, effects out, over simulated time.

#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing)]

use jiff::Timestamp;
use mailwren_core::account::{Account, MailServer, Subscription};
use mailwren_core::event::{Decoded, Dialect, Event, Kind, PayloadDigest};
use mailwren_core::mirror::{Opened, Position};
use mailwren_core::model::{FolderSeen, Input, LinkChange, Looked};

use crate::world::{SAM, World, mail};

const NODE: &str = "/protected/com/apple/mobileme/sam/mail/Inbox";
const SERVER: &str = "imap.example.org";

/// A world whose account has its mailbox within reach, and has seen all of it.
fn reached() -> World {
    let mut world = World::new();
    let service = "pubsub.example.org".to_owned();
    let node = NODE.to_owned();
    world.input(Input::Accounts(vec![Account {
        subscriptions: vec![Subscription { service, node }],
        imap: Some(MailServer::new(SERVER)),
        ..Account::new(SAM)
    }]));
    world.link(LinkChange::Fresh);
    world.fetched(Vec::new());
    world.input(Input::Fetched {
        account: SAM.to_owned(),
        service: "pubsub.example.org".to_owned(),
        node: NODE.to_owned(),
        asked_at: world.now,
        events: Vec::new(),
        complete: true,
    });
    world.input(Input::CaughtUp {
        account: SAM.to_owned(),
    });
    assert_eq!(world.looks, [SAM]);
    seen(&mut world, Vec::new());
    looked(&mut world);
    world
}

fn changed(mailbox: Option<&str>, dialect: Dialect) -> Decoded {
    Decoded {
        event: Event {
            service: Some("pubsub.example.org".to_owned()),
            node: Some(NODE.to_owned()),
            item: Some("token".to_owned()),
            mailbox: mailbox.map(str::to_owned),
            dialect,
            ..Event::bare(Kind::Changed)
        },
        delayed: false,
        payload: PayloadDigest::default(),
    }
}

fn inbox_changed() -> Decoded {
    changed(Some("Inbox"), Dialect::Mobileme)
}

/// A mail as it is seen in the mailbox.
fn letter(item: &str, sender: &str) -> Decoded {
    let mut mail = mail(item, sender);
    mail.event.service = Some(SERVER.to_owned());
    mail.event.node = Some("INBOX".to_owned());
    mail.event.dialect = Dialect::Imap;
    mail
}

fn seen(world: &mut World, events: Vec<Decoded>) {
    world.input(Input::Folder {
        account: SAM.to_owned(),
        seen: FolderSeen {
            service: SERVER.to_owned(),
            user: "sam".to_owned(),
            folder: "INBOX".to_owned(),
            events,
            position: Some(Position::first(&Opened::default())),
        },
    });
}

fn looked(world: &mut World) {
    looked_as_asked(world, Some(world.now));
}

fn looked_as_asked(world: &mut World, asked_at: Option<Timestamp>) {
    world.input(Input::Looked {
        account: SAM.to_owned(),
        looked: asked_at.map(|asked_at| Looked {
            asked_at,
            folders: vec!["INBOX".to_owned()],
        }),
    });
}

#[test]
fn a_change_becomes_the_mail_that_it_was_about() {
    let mut world = reached();
    world.live(vec![inbox_changed()]);
    assert_eq!(world.looks.len(), 2);
    assert!(world.up.is_empty(), "it waits: {:?}", world.titles());
    world.pass(1);
    seen(&mut world, vec![letter("m1", "Miriam")]);
    looked(&mut world);
    assert_eq!(world.titles(), ["Miriam"]);
    world.pass(60);
    assert_eq!(world.shows.len(), 1, "and nothing more is said");
    assert!(world.row("token").replaced && world.row("m1").unread);
    assert_eq!(
        world.positions,
        [("INBOX".to_owned(), true), ("INBOX".to_owned(), true)]
    );
}

#[test]
fn a_change_that_was_no_new_mail_is_told_to_nobody() {
    let mut world = reached();
    world.live(vec![inbox_changed()]);
    world.pass(1);
    looked(&mut world);
    world.pass(60);
    assert!(world.shows.is_empty() && world.row("token").replaced);
}

#[test]
fn a_mailbox_that_is_not_reached_leaves_the_change_as_it_is() {
    let mut world = reached();
    world.live(vec![inbox_changed()]);
    looked_as_asked(&mut world, None);
    assert_eq!(world.shows.len(), 1);
    assert!(world.row("token").unread);
    // Reached at last, it gives way, and its popup with it.
    world.pass(60);
    seen(&mut world, vec![letter("m1", "Miriam")]);
    looked(&mut world);
    world.pass(5);
    assert_eq!(world.titles(), ["Miriam"]);
}

#[test]
fn a_look_that_takes_long_is_not_waited_for() {
    let mut world = reached();
    world.live(vec![inbox_changed()]);
    world.pass(4);
    assert!(world.up.is_empty());
    world.pass(2);
    assert_eq!(world.up.len(), 1);
}

#[test]
fn what_was_asked_before_a_change_does_not_answer_it() {
    let mut world = reached();
    let before = world.now;
    world.pass(1);
    world.live(vec![inbox_changed()]);
    looked_as_asked(&mut world, Some(before));
    assert!(world.up.is_empty() && !world.row("token").replaced);
    looked(&mut world);
    assert!(world.row("token").replaced);
}

#[test]
fn what_changed_elsewhere_is_told_at_once() {
    for other in [
        changed(Some("Receipts"), Dialect::Mobileme),
        changed(None, Dialect::Mobileme),
    ] {
        let mut world = reached();
        world.live(vec![other]);
        assert_eq!((world.looks.len(), world.shows.len()), (1, 1));
    }
    let mut world = reached();
    world.live(vec![changed(None, Dialect::Unknown)]);
    assert_eq!(
        (world.looks.len(), world.shows.len()),
        (2, 1),
        "a bare item may be about any, and stays"
    );
    let mut world = reached();
    let mut zoes = inbox_changed();
    zoes.event.user = Some("zoe".to_owned());
    world.live(vec![zoes]);
    assert_eq!((world.looks.len(), world.shows.len()), (1, 1));
}

#[test]
fn what_a_mailbox_held_when_it_was_first_seen_raises_no_popup() {
    let mut world = World::new();
    world.input(Input::Accounts(vec![Account {
        xmpp: false,
        imap: Some(MailServer::new(SERVER)),
        ..Account::new(SAM)
    }]));
    world.link(LinkChange::Fresh);
    seen(&mut world, vec![letter("old", "Miriam")]);
    looked(&mut world);
    world.pass(60);
    assert!(world.shows.is_empty() && world.row("old").unread);
    // What came while it wasn't connected is told together.
    world.link(LinkChange::Lost {
        trouble: None,
        retry_at: None,
    });
    world.link(LinkChange::Fresh);
    seen(
        &mut world,
        vec![letter("one", "Zoe"), letter("two", "Ada"), letter("three", "Tim")],
    );
    assert!(world.shows.is_empty());
    looked(&mut world);
    world.pass(60);
    assert_eq!(world.shows.len(), 1);
    seen(&mut world, vec![letter("live", "Miriam")]);
    world.pass(60);
    assert_eq!(world.shows.len(), 2);
}

#[test]
fn folders_are_among_the_nodes_and_their_mails_can_be_acted_upon() {
    let world = reached();
    let nodes = world.account().nodes;
    let inbox = nodes
        .iter()
        .find(|node| node.service == SERVER && node.node == "INBOX")
        .unwrap();
    assert!(inbox.acts);
}
