//! Without a server: stanzas lie in memory as the XMPP library hands them over, and go the way that a session and the engine
//! take them, into a store on the disk: decoded, judged by their sender, told to the model in batches, and appended.

use std::fmt::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use jiff::Timestamp;
use mailwren_core::account::Account;
use mailwren_core::model::{Effect, Input, LinkChange, Model};
use mailwren_core::sources::Sources;
use mailwren_core::split::Splitter;
use mailwren_core::stanza;
use mailwren_core::view::Filter;
use mailwren_engine::store::Store;
use mailwren_tests::server::{PUBSUB, SAM, jid, node};
use minidom::Element;
use tokio::sync::mpsc;

use crate::{NODE, mail};

/// What is read from a connection at once.
const READ: usize = 16 * 1024;
/// Inputs that wait for the engine, and that it takes in at once; as `engine::run` has it.
const QUEUE: usize = 256;

/// How long it took, as the engine has it: two tasks and the store's thread.
#[derive(Debug)]
pub struct Replayed {
    /// Until all bytes were elements, which is the XMPP library's part.
    pub splitting: Duration,
    /// From elements until all are stored.
    pub storing: Duration,
}

/// Replays so many events into a new store in a folder.
pub async fn replay(dir: &Path, events: usize) -> Result<Replayed> {
    let wire = wire(events);
    let began = Instant::now();
    let stanzas = split(&wire)?;
    let splitting = began.elapsed();

    let (store, aside) = Store::open(dir)?;
    ensure!(aside.is_none(), "the store isn't new");
    let mut engine = Engine::new(store.clone());
    engine.begin().await?;
    let began = Instant::now();
    let (inputs, mut queue) = mpsc::channel(QUEUE);
    let session = tokio::spawn(decode(stanzas, inputs));
    let mut batch = Vec::new();
    while queue.recv_many(&mut batch, QUEUE).await > 0 {
        engine.take_in(merge(&mut batch)).await?;
    }
    let storing = began.elapsed();
    ensure!(session.await?? == events, "the session ended early");
    let unread = store.unread().await?;
    ensure!(
        matches!(unread.as_slice(), [(_, count)] if usize::try_from(*count)? == events),
        "stored are {unread:?}"
    );
    let newest = store.feed(Filter::default(), None, 1).await?;
    let newest = newest.rows.first().context("nothing is stored")?;
    ensure!(newest.event.item == Some(item(events - 1)), "the newest is {newest:?}");
    store.close().await?;
    Ok(Replayed { splitting, storing })
}

fn item(number: usize) -> String {
    format!("item-{number}")
}

/// As a service sends them: a message for each item.
fn wire(events: usize) -> String {
    let mut wire = String::new();
    for number in 0..events {
        let (to, item, mail) = (jid(SAM), item(number), mail(number));
        write!(
            wire,
            "<message xmlns='jabber:client' from='{PUBSUB}' to='{to}/desk' type='headline' id='{number}'>\
             <event xmlns='http://jabber.org/protocol/pubsub#event'><items node='{NODE}'><item id='{item}'>{mail}</item></items>\
             </event></message>"
        )
        .expect("a String takes all");
    }
    wire
}

/// What the XMPP library does: elements out of bytes.
fn split(wire: &str) -> Result<Vec<Element>> {
    let mut splitter = Splitter::default();
    let mut stanzas = Vec::new();
    for read in wire.as_bytes().chunks(READ) {
        splitter.push(read);
        while let Some(stanza) = splitter.next() {
            stanzas.push(stanza?);
        }
    }
    Ok(stanzas)
}

/// What a session does with what comes, once it is an element. Gives the number of events.
async fn decode(stanzas: Vec<Element>, engine: mpsc::Sender<Input>) -> Result<usize> {
    let account = jid(SAM);
    let sources = Sources::new(&account, &[node(NODE)], &[]);
    let mut count = 0;
    for stanza in stanzas {
        let mut events = stanza::decode(&stanza)?;
        events.retain(|decoded| sources.admits(&stanza, &decoded.event));
        count += events.len();
        let account = account.clone();
        engine.send(Input::Events { account, events }).await?;
    }
    Ok(count)
}

/// Events that wait together are stored together; as `engine::run` does it.
fn merge(batch: &mut Vec<Input>) -> Vec<Input> {
    let mut merged: Vec<Input> = Vec::new();
    for input in batch.drain(..) {
        match (merged.last_mut(), input) {
            (Some(Input::Events { events: before, .. }), Input::Events { events, .. }) => before.extend(events),
            (_, input) => merged.push(input),
        }
    }
    merged
}

/// What `engine::run` does with inputs, as far as arrivals need it.
struct Engine {
    model: Model,
    store: Store,
}

impl Engine {
    fn new(store: Store) -> Self {
        let model = Model::default();
        Self { model, store }
    }

    /// The account is connected, and has seen its node in whole before.
    async fn begin(&mut self) -> Result<()> {
        let account = jid(SAM);
        let loaded = Input::Loaded {
            baselines: vec![(account.clone(), PUBSUB.to_owned(), NODE.to_owned())],
            owed: Vec::new(),
            snoozed: Vec::new(),
            unread: Vec::new(),
            pause: None,
            rev: self.store.rev().await?,
        };
        let change = LinkChange::Fresh;
        let caught_up = Input::CaughtUp {
            account: account.clone(),
        };
        let accounts = Input::Accounts(vec![Account::new(account.clone())]);
        self.take_in(vec![accounts, loaded, Input::Link { account, change }, caught_up])
            .await
    }

    async fn take_in(&mut self, inputs: Vec<Input>) -> Result<()> {
        for input in inputs {
            let mut wrote = false;
            let mut next = Some(input);
            while let Some(input) = next.take() {
                for effect in self.model.update(Timestamp::now(), input) {
                    match effect {
                        Effect::Append(arrivals) => {
                            next = Some(Input::Stored(self.store.append(arrivals).await?));
                            wrote = true;
                        }
                        // There are no faces.
                        Effect::Tell(_) => {}
                        other => anyhow::bail!("unforeseen: {other:?}"),
                    }
                }
                if next.is_none() && std::mem::take(&mut wrote) {
                    let counts = self.store.unread().await?;
                    let rev = self.store.rev().await?;
                    next = Some(Input::Unread { counts, rev });
                }
            }
        }
        Ok(())
    }
}
