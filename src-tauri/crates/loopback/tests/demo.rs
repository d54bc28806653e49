//! The demo, played without delay to a client that listens as the account says.
#![allow(clippy::unwrap_used, clippy::panic)]

use crate::client::{Client, item, log_in};
use futures::{SinkExt, StreamExt};
use jid::Jid;
use mailwren_loopback::demo::{Demo, Pace};
use sasl::common::ChannelBinding;
use sasl::common::scram::Sha256;
use tokio::io::AsyncReadExt;
use tokio_xmpp::Stanza;
use tokio_xmpp::xmlstream::XmppStreamElement;
use xmpp_parsers::ns;

const CAPTURES: [&[u8]; 2] = [
    include_bytes!("../captures/mobileme-2008-1.xml"),
    include_bytes!("../captures/mobileme-2008-2.xml"),
];

#[tokio::test(flavor = "multi_thread")]
async fn the_recordings_of_2008_arrive_byte_for_byte() {
    let server = crate::client::server().await;
    let to = (server.addr(), server.certificate_pem());
    let jid = Jid::new(crate::client::SAM).unwrap();
    let (_, mut stream) = log_in::<Sha256>(to, &jid, "pencil", ChannelBinding::None)
        .await
        .ok()
        .unwrap();
    let bind = format!(
        "<iq xmlns='jabber:client' type='set' id='1'><bind xmlns='{}'/></iq>",
        ns::BIND
    );
    let bind = bind.parse::<minidom::Element>().unwrap().try_into().unwrap();
    stream.send(&XmppStreamElement::Stanza(Stanza::Iq(bind))).await.unwrap();
    let _bound = stream.next().await.unwrap().unwrap();
    stream
        .send(&XmppStreamElement::Stanza(Stanza::Presence(
            xmpp_parsers::presence::Presence::available(),
        )))
        .await
        .unwrap();
    server
        .wait_until(|seen| seen.reached(crate::client::SAM))
        .await
        .unwrap();
    let mut io = stream.into_inner();
    for capture in CAPTURES {
        assert_eq!(server.send_raw(crate::client::SAM, capture).unwrap(), 1);
        let mut arrived = vec![0; capture.len()];
        io.read_exact(&mut arrived).await.unwrap();
        assert_eq!(arrived, capture);
    }
    server.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_play_waits_for_the_client_and_reaches_it_whole_and_in_order() {
    let demo = Demo::start().await.unwrap();
    let account = demo.account.clone();
    let mut told = Vec::new();
    let listen = async {
        let caps = "<presence xmlns='jabber:client'>\
            <c xmlns='http://jabber.org/protocol/caps' hash='sha-1' node='urn:test' ver='abc='/></presence>";
        let mut sam = Client::with_password(&demo.server, &account.jid, &demo.password, caps).await;
        let query = sam.find(|stanza| stanza.attr("type") == Some("get")).await;
        for node in &account.subscriptions {
            sam.subscribe(&node.service, &node.node).await;
        }
        for node in account.nodes() {
            let items = format!("<pubsub xmlns='{}'><items node='{}'/></pubsub>", ns::PUBSUB, node.node);
            let empty = sam.ask(&node.service, "get", &items).await;
            let items = empty.children().next().unwrap().children().next().unwrap();
            assert_eq!(
                items.children().count(),
                0,
                "nothing is played before the client listens"
            );
        }
        let answer = format!(
            "<iq xmlns='jabber:client' type='result' id='{}' to='{}'><query xmlns='{}'>\
             <feature var='urn:mailwren:mail:0+notify'/></query></iq>",
            query.attr("id").unwrap(),
            account.jid,
            ns::DISCO_INFO
        );
        sam.send(answer.parse().unwrap()).await;
        let mut ids = Vec::new();
        loop {
            let (_, event) = sam.event().await;
            let id = item(&event).attr("id").unwrap().to_owned();
            let last = item(&event).has_child("json", "urn:xmpp:json:0");
            ids.push((item(&event).name().to_owned(), id));
            if last {
                return ids;
            }
        }
    };
    let play = demo.play(Pace::Fast, |progress| told.push(progress));
    let (played, arrived) = tokio::join!(play, listen);
    played.unwrap();
    assert_eq!(arrived.len(), told.len());
    assert_eq!(
        told.last().map(|last| (last.step, last.of)),
        Some((told.len(), told.len()))
    );
    let first: Vec<_> = arrived.iter().take(2).map(|(_, id)| id.as_str()).collect();
    assert_eq!(first, ["5WE7I82L5bdNGm2", "8ATABX9e6satO6Y"]);
    let gone: Vec<_> = arrived.iter().filter(|(name, _)| name == "retract").collect();
    assert_eq!(gone.len(), 1);
    assert!(arrived.contains(&("item".to_owned(), gone.first().unwrap().1.clone())));
    demo.server.shutdown().await;
}
