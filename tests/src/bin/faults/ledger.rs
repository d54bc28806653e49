//! What the client told, over all its lives on one profile: what was shown how often, and how the link stood.

use std::collections::{BTreeMap, VecDeque};

use serde_json::Value;
use tokio::time::Instant;

/// Lines kept for whoever has to find out.
const LAST: usize = 40;

/// All that was told.
#[derive(Debug, Default)]
pub struct Ledger {
    /// Rows told, and their items.
    pub rows: BTreeMap<i64, String>,
    /// How many rows each item has.
    pub items: BTreeMap<String, u32>,
    /// The process that first told a row in a popup of its own, that could be heard.
    heard: BTreeMap<i64, u32>,
    /// The process that first told a row in any popup.
    popped: BTreeMap<i64, u32>,
    /// Rows told by a second popup, without any kill in between.
    pub popups_twice: u32,
    /// Popups that told a row which an earlier process had told.
    pub popups_repeated: u32,
    /// The last revision told.
    pub rev: i64,
    /// Which process tells at present, from 1.
    pub process: u32,
    /// How the link stands, and since when by the client's clock.
    pub link: String,
    since: String,
    pub trouble: Option<String>,
    /// What is said of nodes that aren't whole.
    pub nodes: Vec<String>,
    pub problems: Vec<String>,
    /// How often the link came up, and when it last did.
    pub connects: u32,
    pub connected_at: Option<Instant>,
    /// When the link last went down.
    pub down_at: Option<Instant>,
    /// When a row was last told.
    pub told_at: Option<Instant>,
    /// Whether the present process has ended its output.
    pub ended: bool,
    /// The last lines, for whoever has to find out.
    pub last: VecDeque<String>,
}

impl Ledger {
    /// Takes a line of the client's in.
    pub fn line(&mut self, line: &str) {
        self.last.push_back(line.to_owned());
        if self.last.len() > LAST {
            self.last.pop_front();
        }
        let Ok(line) = serde_json::from_str::<Value>(line) else {
            return;
        };
        if let Some(seq) = line["row"].as_i64() {
            let item = line["item"].as_str().unwrap_or_default();
            let arrived = matches!(line["kind"].as_str(), Some("new" | "changed"));
            if arrived && self.rows.insert(seq, item.to_owned()).is_none() {
                *self.items.entry(item.to_owned()).or_default() += 1;
                self.told_at = Some(Instant::now());
            }
        } else if let Some(rev) = line["rev"].as_i64() {
            self.rev = rev;
        } else if line["popup"].is_u64() {
            self.popup(&line);
        } else if let Some(link) = line["link"].as_str() {
            self.stands(link, &line);
        }
    }

    fn popup(&mut self, line: &Value) {
        let settles: Vec<i64> = line["settles"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_i64)
            .collect();
        let process = self.process;
        if settles
            .iter()
            .any(|seq| self.popped.get(seq).is_some_and(|told| *told < process))
        {
            self.popups_repeated += 1;
        }
        for seq in &settles {
            self.popped.entry(*seq).or_insert(process);
        }
        // One that many become replaces those of the single ones; that is no repetition.
        if let ([seq], Some(true)) = (settles.as_slice(), line["sound"].as_bool()) {
            match self.heard.get(seq) {
                Some(told) if *told == process => self.popups_twice += 1,
                _ => drop(self.heard.insert(*seq, process)),
            }
        }
    }

    fn stands(&mut self, link: &str, line: &Value) {
        let now = Instant::now();
        // A link that came back before the face asked shows by the time since when it stands.
        let since = line["since"].as_str().unwrap_or_default();
        let again = link == "connected" && (self.link != link || self.since != since);
        if again {
            self.connects += 1;
            self.connected_at = Some(now);
        }
        if link != "connected" && self.link == "connected" {
            self.down_at = Some(now);
        }
        link.clone_into(&mut self.link);
        since.clone_into(&mut self.since);
        self.trouble = line["trouble"].as_str().map(str::to_owned);
        let texts = |value: &Value| {
            let all = value.as_array().into_iter().flatten();
            all.filter_map(Value::as_str).map(str::to_owned).collect()
        };
        self.nodes = texts(&line["nodes"]);
        self.problems = texts(&line["problems"]);
    }
}
