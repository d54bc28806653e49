//! `provider-bench`: one bridge publishing for thousands of mailboxes by way of a component of real ejabberd, a node each, set up
//! as docs/provider.md says. `make bench-provider` runs it; the page shows what came out.
//!
//! Round by round a mail for every mailbox is PUT as Dovecot's OX driver does, over connections that are kept. The first round
//! makes all nodes. Then some of the mailboxes' owners listen, in one `watch`, and how long it takes from the bridge's 202 to
//! their event is measured twice: while everybody gets mail as fast as it is accepted, and at a steady pace.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use clap::Parser;
use mailwren_tests::figures::{self, Durations, machine as processor, milliseconds};
use mailwren_tests::process::Process;
use mailwren_tests::provider::{Machine, Teller, arrived, device};
use mailwren_tests::server::{Kind, Server, jid};
use mailwren_tests::{Scene, scene_within};
use serde_json::{Value, json};

/// When the run is given up.
const LIMIT: Duration = Duration::from_secs(3 * 3_600);
/// How often it is looked whether the outbox is empty.
const BEAT: Duration = Duration::from_millis(50);
/// Mails of the steady round.
const STEADY: usize = 1_000;

#[derive(Debug, Parser)]
struct Arguments {
    /// How many mailboxes.
    #[arg(long, default_value_t = 10_000)]
    mailboxes: usize,
    /// Connections of the mail server's, side by side.
    #[arg(long, default_value_t = 32)]
    connections: usize,
    /// How many of the mailboxes' owners listen.
    #[arg(long, default_value_t = 50)]
    listeners: usize,
    /// Mails a second of the steady round.
    #[arg(long, default_value_t = 50)]
    pace: usize,
}

/// A round in which everybody gets a mail.
#[derive(Debug)]
struct Round {
    accepted: Duration,
    published: Duration,
    /// KiB of the bridge afterwards.
    bridge: u64,
    /// KiB of ejabberd's process afterwards.
    server: u64,
}

/// What came out.
#[derive(Debug)]
struct Outcome {
    before: u64,
    server_before: u64,
    rounds: Vec<Round>,
    crowded: Durations,
    steady: Durations,
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    ensure!(arguments.mailboxes > 0 && arguments.connections > 0, "nothing to do");
    let mut outcome = None;
    scene_within(LIMIT, async |scene| {
        outcome = Some(measure(&scene, &arguments).await?);
        Ok(())
    })?;
    let outcome = outcome.context("nothing was measured")?;
    outcome.print(&arguments);
    figures::keep("provider", outcome.json(&arguments))
}

async fn measure(scene: &Scene, arguments: &Arguments) -> Result<Outcome> {
    let users: Vec<String> = (0..arguments.mailboxes).map(|n| format!("user{n:06}")).collect();
    let apart = (users.len() / arguments.listeners.max(1)).max(1);
    let listeners: Vec<String> = users.iter().step_by(apart).take(arguments.listeners).cloned().collect();
    let server = Server::start_with_component(Kind::Ejabberd, scene, listeners.clone()).await?;
    let machine = Machine::lay_out(scene, &server)?;
    let bridge = machine.bridge().await?;
    let ids = (
        bridge.id().context("the bridge ended")?,
        server.id().context("ejabberd ended")?,
    );
    let (before, server_before) = (memory(ids.0)?, memory(ids.1)?);

    let mut rounds = vec![round(&machine, &users, 1, arguments, ids).await?.0];
    let watch = device(scene, &server, &listeners)?.watch().await?;
    let mut heard = Heard::new(&watch.process);
    // Who has heard of the first mail hears of the next ones.
    heard.await_all(&listeners, &subject(1)).await?;
    let subjects = [2, 3].map(subject);
    let ((second, accepted), ()) = tokio::try_join!(
        round(&machine, &users, 2, arguments, ids),
        heard.await_all(&listeners, &subjects[0]),
    )?;
    rounds.push(second);
    let crowded = heard.since(&listeners, &subject(2), &accepted)?;

    // Every listener gets one, among others, at a steady pace.
    let mut steady = Vec::new();
    let mut others = users.iter().filter(|user| !listeners.contains(user)).cycle();
    let mails = STEADY.max(listeners.len());
    for n in 0..mails {
        let nth = n * listeners.len() / mails;
        match listeners.get(nth).filter(|_| nth * mails / listeners.len() == n) {
            Some(listener) => steady.push(listener.clone()),
            None => steady.extend(others.next().cloned()),
        }
    }
    let pause = Duration::from_secs(1) / u32::try_from(arguments.pace.max(1))?;
    let tell = async {
        let mut teller = Teller::connect(&machine.listen).await?;
        let mut accepted = BTreeMap::new();
        let mut beat = tokio::time::interval(pause);
        for user in &steady {
            beat.tick().await;
            ensure!(
                teller.tell(&arrived(user, 3, &subject(3))).await? == 202,
                "{user} is refused"
            );
            accepted.insert(user.clone(), Instant::now());
        }
        Ok(accepted)
    };
    let (accepted, ()) = tokio::try_join!(tell, heard.await_all(&listeners, &subjects[1]))?;
    let steady = heard.since(&listeners, &subject(3), &accepted)?;
    Ok(Outcome {
        before,
        server_before,
        rounds,
        crowded,
        steady,
    })
}

fn subject(round: u32) -> String {
    format!("round {round}")
}

/// A mail for everybody; says when each was accepted.
async fn round(
    machine: &Machine,
    users: &[String],
    number: u32,
    arguments: &Arguments,
    (bridge, server): (u32, u32),
) -> Result<(Round, BTreeMap<String, Instant>)> {
    let began = Instant::now();
    let connections = users
        .chunks(users.len().div_ceil(arguments.connections))
        .map(async |users| {
            let mut teller = Teller::connect(&machine.listen).await?;
            let mut accepted = Vec::with_capacity(users.len());
            for user in users {
                let status = teller.tell(&arrived(user, number, &subject(number))).await?;
                ensure!(status == 202, "{user}: {status}");
                accepted.push((user.clone(), Instant::now()));
            }
            Ok(accepted)
        });
    let accepted = futures::future::try_join_all(connections).await?;
    let all_accepted = began.elapsed();
    while machine.waiting()? > 0 {
        tokio::time::sleep(BEAT).await;
    }
    let round = Round {
        accepted: all_accepted,
        published: began.elapsed(),
        bridge: memory(bridge)?,
        server: memory(server)?,
    };
    eprintln!(
        "round {number}: accepted in {:.1?}, published in {:.1?}",
        round.accepted, round.published
    );
    Ok((round, accepted.into_iter().flatten().collect()))
}

/// Resident memory of a process, in KiB.
fn memory(id: u32) -> Result<u64> {
    let status = std::fs::read_to_string(Path::new("/proc").join(id.to_string()).join("status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let number = line
        .and_then(|line| line.split_whitespace().next())
        .context("no VmRSS")?;
    Ok(number.parse()?)
}

/// What `watch` has told, and when.
struct Heard<'a> {
    watch: &'a Process,
    lines: usize,
    /// By account and subject.
    events: BTreeMap<(String, String), Instant>,
}

impl<'a> Heard<'a> {
    fn new(watch: &'a Process) -> Self {
        Self {
            watch,
            lines: 0,
            events: BTreeMap::new(),
        }
    }

    /// Awaits that all of these have heard of it. What was told before is as old as it is read.
    async fn await_all(&mut self, users: &[String], subject: &str) -> Result<()> {
        let of = |user: &String| (jid(user), subject.to_owned());
        while !users.iter().all(|user| self.events.contains_key(&of(user))) {
            let line = self
                .watch
                .stdout("the next event", self.lines, |line| Some(line.to_owned()))
                .await?;
            let now = Instant::now();
            self.lines += 1;
            let event: Value = serde_json::from_str(&line)?;
            let text = |key: &str| event[key].as_str().unwrap_or_default().to_owned();
            self.events.entry((text("account"), text("subject"))).or_insert(now);
        }
        Ok(())
    }

    /// How long it took since they were accepted.
    fn since(&self, users: &[String], subject: &str, accepted: &BTreeMap<String, Instant>) -> Result<Durations> {
        let mut durations = Durations::default();
        for user in users {
            let told = self.events.get(&(jid(user), subject.to_owned())).context("not heard")?;
            let accepted = accepted.get(user).context("not accepted")?;
            durations.add(told.saturating_duration_since(*accepted));
        }
        Ok(durations)
    }
}

impl Outcome {
    fn print(&self, arguments: &Arguments) {
        let count = arguments.mailboxes;
        let rate = |took: Duration| count as f64 / took.as_secs_f64();
        println!(
            "{}; {count} mailboxes, {} connections\n",
            processor(),
            arguments.connections
        );
        println!("| | accepted | published | bridge's memory | ejabberd's memory |\n|---|---|---|---|---|");
        println!("| before | | | {} | {} |", mib(self.before), mib(self.server_before));
        for (round, name) in self
            .rounds
            .iter()
            .zip(["first mail of each: nodes are made", "second mail of each"])
        {
            println!(
                "| {name} | {:.0}/s ({:.1} s) | {:.0}/s ({:.1} s) | {} | {} |",
                rate(round.accepted),
                round.accepted.as_secs_f64(),
                rate(round.published),
                round.published.as_secs_f64(),
                mib(round.bridge),
                mib(round.server),
            );
        }
        println!(
            "\nThe bridge takes {:.2} KiB more for each mailbox.\n",
            self.per_mailbox(count)
        );
        println!("| from 202 to the owner's event | n | p50 | p95 | longest |\n|---|---|---|---|---|");
        let steady = format!("at {} mails a second", arguments.pace);
        for (name, lag) in [
            ("while everybody gets mail at once", &self.crowded),
            (&steady, &self.steady),
        ] {
            let [p50, p95, longest] = [50, 95, 100].map(|percent| milliseconds(lag.percentile(percent)));
            println!(
                "| {name} | {} | {p50:.1} ms | {p95:.1} ms | {longest:.1} ms |",
                lag.count()
            );
        }
    }

    /// KiB.
    fn per_mailbox(&self, count: usize) -> f64 {
        let after = self.rounds.last().map_or(self.before, |round| round.bridge);
        after.saturating_sub(self.before) as f64 / count as f64
    }

    fn json(&self, arguments: &Arguments) -> Value {
        let rounds = self.rounds.iter().map(|round| {
            json!({
                "accepted_s": round.accepted.as_secs_f64(),
                "published_s": round.published.as_secs_f64(),
                "accepted_per_s": arguments.mailboxes as f64 / round.accepted.as_secs_f64(),
                "published_per_s": arguments.mailboxes as f64 / round.published.as_secs_f64(),
                "bridge_kib": round.bridge,
                "ejabberd_kib": round.server,
            })
        });
        json!({
            "mailboxes": arguments.mailboxes,
            "connections": arguments.connections,
            "pace": arguments.pace,
            "bridge_kib_before": self.before,
            "bridge_kib_per_mailbox": self.per_mailbox(arguments.mailboxes),
            "ejabberd_kib_before": self.server_before,
            "rounds": rounds.collect::<Vec<_>>(),
            "lag_crowded": self.crowded.json(),
            "lag_steady": self.steady.json(),
        })
    }
}

fn mib(kib: u64) -> String {
    format!("{:.1} MiB", kib as f64 / 1024.0)
}
