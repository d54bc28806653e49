//! What came out, as a table and as JSON.

use std::path::Path;
use std::time::Duration;

use anyhow::Result;
use serde_json::{Value, json};

use crate::campaign::Sample;
use crate::fault::Fault;
use crate::ground::Which;

/// What a campaign came to.
#[derive(Debug)]
pub struct Outcome {
    pub fault: Fault,
    pub which: Which,
    scale: u32,
    pub times: usize,
    pub published: usize,
    pub lost: usize,
    pub twice: usize,
    pub repeated: usize,
    noticed: Vec<Duration>,
    recovered: Vec<Duration>,
    pub took: Duration,
    broke: Option<String>,
}

impl Outcome {
    pub const fn new(fault: Fault, which: Which, scale: u32) -> Self {
        Self {
            fault,
            which,
            scale,
            times: 0,
            published: 0,
            lost: 0,
            twice: 0,
            repeated: 0,
            noticed: Vec::new(),
            recovered: Vec::new(),
            took: Duration::ZERO,
            broke: None,
        }
    }

    pub fn add(&mut self, sample: Sample) {
        self.times += 1;
        self.noticed.extend(sample.noticed);
        self.recovered.extend(sample.recovered);
    }

    /// It couldn't be gone on with.
    pub fn broke(&mut self, why: String) {
        self.broke.get_or_insert(why);
    }

    /// Whether all is as it must be.
    pub fn is_well(&self) -> bool {
        let may_repeat = if self.fault.kills_the_client() {
            self.times + 1
        } else {
            0
        };
        let noticed_in_time = self
            .fault
            .noticed_within()
            .is_none_or(|limit| self.noticed.iter().all(|took| *took <= limit));
        let over_in_time = self
            .fault
            .recovered_within()
            .is_none_or(|limit| median(&self.recovered).is_none_or(|took| took <= limit));
        self.broke.is_none()
            && self.lost == 0
            && self.twice == 0
            && self.repeated <= may_repeat
            && noticed_in_time
            && over_in_time
    }

    fn cells(&self) -> [String; 10] {
        let repeated = if self.fault.kills_the_client() || self.repeated > 0 {
            self.repeated.to_string()
        } else {
            "–".to_owned()
        };
        [
            self.fault.name().to_owned(),
            self.which.name().to_owned(),
            self.times.to_string(),
            self.published.to_string(),
            self.lost.to_string(),
            self.twice.to_string(),
            repeated,
            seconds(self.noticed.iter().max().copied()),
            seconds(median(&self.recovered)),
            seconds(self.recovered.iter().max().copied()),
        ]
    }

    fn json(&self) -> Value {
        let millis = |times: &[Duration]| times.iter().map(|time| time.as_millis() as u64).collect::<Vec<_>>();
        json!({
            "fault": self.fault.name(),
            "server": self.which.name(),
            "waits_divided_by": self.scale,
            "times": self.times,
            "published": self.published,
            "lost": self.lost,
            "twice": self.twice,
            "popups_repeated": self.repeated,
            "noticed_ms": millis(&self.noticed),
            "recovered_ms": millis(&self.recovered),
            "took_ms": self.took.as_millis() as u64,
            "broke": self.broke,
            "note": self.fault.note(),
        })
    }
}

fn median(times: &[Duration]) -> Option<Duration> {
    let mut times = times.to_vec();
    times.sort_unstable();
    times.get(times.len() / 2).copied()
}

fn seconds(time: Option<Duration>) -> String {
    time.map_or_else(|| "–".to_owned(), |time| format!("{:.2}", time.as_secs_f64()))
}

const HEAD: [&str; 10] = [
    "fault",
    "server",
    "times",
    "published",
    "lost",
    "twice",
    "popup again",
    "noticed max",
    "recovery p50",
    "max",
];

/// Prints one row as it comes, so that a long run can be watched.
pub fn print_row(outcome: &Outcome) {
    let cells = outcome.cells();
    let mark = if outcome.is_well() { ' ' } else { '✗' };
    println!(
        "{mark} {:28} {:9} {:>5} {:>9} {:>4} {:>5} {:>11} {:>11} {:>12} {:>7}",
        cells[0], cells[1], cells[2], cells[3], cells[4], cells[5], cells[6], cells[7], cells[8], cells[9]
    );
    if let Some(why) = &outcome.broke {
        println!("    {}", why.replace('\n', "\n    "));
    }
}

pub fn print_head() {
    println!(
        "  {:28} {:9} {:>5} {:>9} {:>4} {:>5} {:>11} {:>11} {:>12} {:>7}",
        HEAD[0], HEAD[1], HEAD[2], HEAD[3], HEAD[4], HEAD[5], HEAD[6], HEAD[7], HEAD[8], HEAD[9]
    );
}

/// Sums per server, and what the rows mean.
pub fn print_sums(outcomes: &[Outcome]) {
    println!();
    for which in [Which::Loopback, Which::Prosody, Which::Ejabberd] {
        let own = || outcomes.iter().filter(|outcome| outcome.which == which);
        if own().next().is_none() {
            continue;
        }
        println!(
            "{}: {} cycles, {} events, {} lost, {} twice, {:.0} s",
            which.name(),
            own().map(|outcome| outcome.times).sum::<usize>(),
            own().map(|outcome| outcome.published).sum::<usize>(),
            own().map(|outcome| outcome.lost).sum::<usize>(),
            own().map(|outcome| outcome.twice).sum::<usize>(),
            own().map(|outcome| outcome.took.as_secs_f64()).sum::<f64>(),
        );
    }
    println!(
        "\nSeconds. All waits of a session are divided by the number in brackets. Published on the real servers by slixmpp,"
    );
    println!("in the embedded one without a client. A popup may come again once for each SIGKILL.\n");
    let mut told: Vec<Fault> = Vec::new();
    for outcome in outcomes {
        if !told.contains(&outcome.fault) {
            told.push(outcome.fault);
            println!(
                "{} [{}]: {}.",
                outcome.fault.name(),
                outcome.scale,
                outcome.fault.note()
            );
        }
    }
}

/// Writes everything as JSON.
pub fn write(outcomes: &[Outcome], memory: &[Value], seed: u64, path: &Path) -> Result<()> {
    let all = json!({
        "seed": seed,
        "rows": outcomes.iter().map(Outcome::json).collect::<Vec<_>>(),
        "memory": memory,
    });
    std::fs::write(path, serde_json::to_string_pretty(&all)?)?;
    Ok(())
}
