//! How often memory is asked for from a stanza to a row: the same each time, whatever the machine does beside, so that what
//! becomes a fifth more is noticed.

use std::fmt::Write as _;

use anyhow::{Result, ensure};
use jiff::Timestamp;
use mailwren_core::arrival::Arrival;
use mailwren_core::split::Splitter;
use mailwren_core::stanza;
use mailwren_engine::store::Store;
use mailwren_tests::scene;
use mailwren_tests::server::{PUBSUB, SAM, jid};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

/// Counts for all threads together.
#[global_allocator]
static ALLOCATOR: &StatsAlloc<std::alloc::System> = &INSTRUMENTED_SYSTEM;

const EVENTS: usize = 200;
/// Events in a stanza, and in a transaction.
const TOGETHER: usize = 10;
/// What it came to for an event when it was looked at last.
const DECODING: usize = 116;
/// The same for storing it.
const STORING: usize = 40;

fn stanza(first: usize) -> Result<String> {
    let mut stanza = format!(
        "<message xmlns='jabber:client' from='{PUBSUB}' to='{}/desk' type='headline'>\
         <event xmlns='http://jabber.org/protocol/pubsub#event'><items node='mail/sam'>",
        jid(SAM)
    );
    for number in first..first + TOGETHER {
        write!(
            stanza,
            "<item id='item-{number}'><mail xmlns='urn:mailwren:mail:0' mailbox='INBOX' uidvalidity='1216343471' uid='{number}'>\
             <from address='zoe@example.org'>Zoe</from><subject>mail {number}</subject>\
             <message-id>&lt;{number}@example.org&gt;</message-id>\
             <snippet>The first words of it, about as many as a popup shows.</snippet></mail></item>"
        )?;
    }
    stanza.push_str("</items></event></message>");
    Ok(stanza)
}

fn decode(stanzas: &[String]) -> Result<Vec<Vec<Arrival>>> {
    let mut splitter = Splitter::default();
    let mut all = Vec::new();
    for stanza in stanzas {
        splitter.push(stanza.as_bytes());
        while let Some(element) = splitter.next() {
            let decoded = stanza::decode(&element?)?;
            let arrivals = decoded.into_iter().map(|decoded| Arrival {
                account: jid(SAM),
                decoded,
                received_at: Timestamp::UNIX_EPOCH,
                owed: true,
                unread: true,
                reason: None,
            });
            all.push(arrivals.collect());
        }
    }
    Ok(all)
}

#[test]
fn an_event_takes_no_more_allocations_than_it_did() -> Result<()> {
    scene(async |scene| {
        let (store, _) = Store::open(&scene.folder("store")?)?;
        let stanzas = (0..2 * EVENTS)
            .step_by(TOGETHER)
            .map(stanza)
            .collect::<Result<Vec<_>>>()?;
        let (first, measured) = stanzas.split_at(EVENTS / TOGETHER);
        // What is made once: statements, tables, threads.
        for arrivals in decode(first)? {
            store.append(arrivals).await?;
        }

        let mut region = Region::new(ALLOCATOR);
        let arrivals = decode(measured)?;
        let decoding = region.change_and_reset().allocations / EVENTS;
        ensure!(
            arrivals.iter().map(Vec::len).sum::<usize>() == EVENTS,
            "not all are events"
        );
        region.reset();
        for arrivals in arrivals {
            store.append(arrivals).await?;
        }
        let storing = region.change().allocations / EVENTS;
        println!("for an event: {decoding} to decode it, {storing} to store it");
        for (what, now, then) in [("decoding", decoding, DECODING), ("storing", storing, STORING)] {
            ensure!(
                now * 10 <= then * 12,
                "{what}: {now} allocations an event, and {then} were enough"
            );
        }
        Ok(())
    })
}
