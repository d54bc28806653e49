//! What happens when connections break, stall, or the server forgets.
#![allow(clippy::unwrap_used, clippy::panic)]

use crate::client::{AVAILABLE, Client, PUBSUB, SAM, payload, server};

const NODE: &str = "n";

#[tokio::test(flavor = "multi_thread")]
async fn resumption_over_many_kills_loses_nothing_and_repeats_nothing() {
    const KILLS: u64 = 8;
    const BATCH: usize = 50;
    let server = server().await;
    server.create_node(PUBSUB, NODE).unwrap();
    let mut sam = Client::online(&server, SAM, AVAILABLE).await;
    sam.subscribe(PUBSUB, NODE).await;
    let mut published = (0..).map(|id: usize| id.to_string());
    let mut publish = |count: usize| {
        for id in published.by_ref().take(count) {
            server.publish(PUBSUB, NODE, &id, payload(&id)).unwrap();
        }
    };
    let mut arrived = Vec::new();
    for kill in 1..=KILLS {
        publish(BATCH / 2);
        server.kill_connections();
        publish(BATCH / 2); // some into the dying connection, some while there is none
        while arrived.len() < BATCH * kill as usize {
            arrived.push(sam.item_id().await);
        }
        sam.resumed(kill).await;
    }
    let expected: Vec<String> = (0..BATCH * KILLS as usize).map(|id| id.to_string()).collect();
    assert_eq!(arrived, expected);
    // The answer comes after whatever might have been repeated.
    sam.ask("example.org", "get", "<ping xmlns='urn:xmpp:ping'/>").await;
    server.send_raw(sam.jid.as_str(), b"<message id='end'/>").unwrap();
    let next = sam.find(|stanza| stanza.name() == "message").await;
    assert_eq!(next.attr("id"), Some("end"));
    assert_eq!(server.seen().binds, 1);
    server.wait_until(|seen| seen.unacked() == 0).await.unwrap();
    server.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_restart_the_session_is_a_fresh_one_and_items_and_subscriptions_are_kept() {
    let server = server().await;
    server.publish(PUBSUB, NODE, "before", payload("")).unwrap();
    let mut sam = Client::online(&server, SAM, AVAILABLE).await;
    sam.subscribe(PUBSUB, NODE).await;
    let before = sam.jid.clone();
    server.restart();
    server.publish(PUBSUB, NODE, "missed", payload("")).unwrap();
    let after = sam.reset().await;
    assert_ne!(before, after);
    let seen = server.seen();
    assert_eq!((seen.binds, seen.resumptions, seen.refused_resumptions), (2, 0, 1));
    sam.send(AVAILABLE.parse().unwrap()).await;
    let items = "<pubsub xmlns='http://jabber.org/protocol/pubsub'><items node='n'/></pubsub>";
    let items = format!("{:?}", sam.ask(PUBSUB, "get", items).await);
    assert!(items.contains("before") && items.contains("missed"));
    server.publish(PUBSUB, NODE, "after", payload("")).unwrap();
    assert_eq!(
        sam.item_id().await,
        "after",
        "what was published in between is lost, like a headline"
    );
    server.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stalled_server_sends_nothing_until_it_goes_on() {
    let server = server().await;
    server.create_node(PUBSUB, NODE).unwrap();
    let mut sam = Client::online(&server, SAM, AVAILABLE).await;
    sam.subscribe(PUBSUB, NODE).await;
    server.wait_until(|seen| seen.unacked() == 0).await.unwrap();
    server.stall();
    server.publish(PUBSUB, NODE, "1", payload("")).unwrap();
    assert_eq!(server.seen().unacked(), 1);
    server.unstall();
    assert_eq!(sam.item_id().await, "1");
    server.wait_until(|seen| seen.unacked() == 0).await.unwrap();
    assert_eq!(server.seen().resumptions, 0, "the same connection goes on");
    server.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_was_shut_down_listens_no_more_and_has_closed_its_connections() {
    let server = server().await;
    let _sam = Client::online(&server, SAM, AVAILABLE).await;
    let addr = server.addr();
    server.shutdown().await;
    assert!(tokio::net::TcpStream::connect(addr).await.is_err());
}
