//! How often memory is asked for from a stanza to a row, and how much of it a mail keeps that nobody has read: the same each
//! time, whatever the machine does beside, so that what becomes a fifth more is noticed.

use std::fmt::Write as _;

use anyhow::{Result, bail, ensure};
use jiff::{SignedDuration, Timestamp};
use mailwren_core::account::Account;
use mailwren_core::arrival::{Arrival, Stored};
use mailwren_core::model::{Input, Manners, Model};
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
/// What the model keeps of an unread mail that a popup stands for, together with others, in bytes.
const KEEPING: usize = 64;

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

/// Tells a model of as many mails as a bad day has, and reads off what it keeps of each.
fn keeping(region: &mut Region<'_, std::alloc::System>, stored: &[Vec<Stored>]) -> Result<usize> {
    const MAILS: usize = 20_000;
    let mut now = Timestamp::UNIX_EPOCH;
    let mut model = Model::default();
    let manners = Manners {
        desktop: true,
        ..Manners::default()
    };
    model.update(now, Input::Manners(manners));
    model.update(now, Input::Accounts(vec![Account::new(jid(SAM))]));
    region.reset();
    let mut seq = 0;
    for batch in stored.iter().cycle().take(MAILS / TOGETHER) {
        let mut batch = batch.clone();
        for one in &mut batch {
            let Stored::New { row, .. } = one else {
                bail!("a mail isn't new: {one:?}")
            };
            seq += 1;
            row.seq = seq;
        }
        now += SignedDuration::from_millis(10);
        model.update(now, Input::Stored(batch));
    }
    let change = region.change();
    Ok((change.bytes_allocated - change.bytes_deallocated) / MAILS)
}

#[test]
fn an_event_takes_no_more_memory_than_it_did() -> Result<()> {
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
        let mut stored = Vec::new();
        for arrivals in arrivals {
            stored.push(store.append(arrivals).await?);
        }
        let storing = region.change().allocations / EVENTS;

        let keeping = keeping(&mut region, &stored)?;
        println!("for an event: {decoding} allocations to decode it, {storing} to store it, {keeping} bytes kept");
        for (what, now, then) in [
            ("decoding", decoding, DECODING),
            ("storing", storing, STORING),
            ("keeping", keeping, KEEPING),
        ] {
            ensure!(
                now * 10 <= then * 12,
                "{what}: {now} for an event, and {then} were enough"
            );
        }
        Ok(())
    })
}
