//! What a program takes while it runs, all of its processes together: memory, wakeups, processor time, as Linux counts them.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use tokio::process::Command;

use crate::wait::PATIENCE;

/// The variable in the environment by which a program's processes are found, whoever their parent is by now.
const MARK: &str = "MAILWREN_FOOTPRINT";
/// Between two looks at memory that has still to come to rest.
const BEAT: Duration = Duration::from_secs(1);
/// Memory is at rest when it changed by less than one part in so many.
const PART: u64 = 50;

/// The processes that come of one command.
#[derive(Debug, Clone)]
pub struct Family {
    mark: String,
}

/// What processes have of the memory.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Memory {
    /// How many processes there are.
    pub processes: usize,
    /// Pages that no other process has, in kB: what would be free if they ended.
    pub private: u64,
    /// The same with their share of pages that several processes have, in kB.
    pub pss: u64,
}

/// How often processes were put on a processor, and how long they ran there, since they began.
#[derive(Debug, Clone, Default)]
pub struct Activity {
    /// By thread: context switches, and nanoseconds on a processor.
    threads: BTreeMap<String, (u64, u64)>,
}

impl Family {
    /// Marks a command, under a name that no other has; what it starts has the mark, too.
    pub fn of(command: &mut Command, name: &str) -> Self {
        let mark = format!("{MARK}={}-{name}", std::process::id());
        if let Some((variable, value)) = mark.split_once('=') {
            command.env(variable, value);
        }
        Self { mark }
    }

    fn processes(&self) -> Result<Vec<PathBuf>> {
        let processes = std::fs::read_dir("/proc")?.flatten().map(|entry| entry.path());
        Ok(processes
            .filter(|process| {
                let environment = std::fs::read(process.join("environ")).unwrap_or_default();
                environment
                    .split(|byte| *byte == 0)
                    .any(|one| one == self.mark.as_bytes())
            })
            .collect())
    }

    /// The names of its processes, of which Linux keeps 15 characters each.
    ///
    /// # Errors
    /// When `/proc` can't be read.
    pub fn names(&self) -> Result<Vec<String>> {
        let name = |process: PathBuf| std::fs::read_to_string(process.join("comm")).unwrap_or_default();
        let names = self.processes()?.into_iter().map(name);
        Ok(names.map(|name| name.trim_end().to_owned()).collect())
    }

    /// What it has of the memory now.
    ///
    /// # Errors
    /// When there is no process of it.
    pub fn memory(&self) -> Result<Memory> {
        let mut memory = Memory::default();
        for process in self.processes()? {
            // One that ended just now has nothing.
            let Ok(rollup) = std::fs::read_to_string(process.join("smaps_rollup")) else {
                continue;
            };
            let figure = |name: &str| -> Result<u64> {
                let line = rollup.lines().find_map(|line| line.strip_prefix(name));
                let number = line.and_then(|line| line.split_whitespace().next());
                number
                    .with_context(|| format!("no {name}"))?
                    .parse()
                    .context("no number")
            };
            memory.processes += 1;
            memory.private += figure("Private_Clean:")? + figure("Private_Dirty:")?;
            memory.pss += figure("Pss:")?;
        }
        ensure!(memory.processes > 0, "no process has {}", self.mark);
        Ok(memory)
    }

    /// Awaits that its memory no longer changes; gives it.
    ///
    /// # Errors
    /// When it goes on, or its processes end.
    pub async fn at_rest(&self) -> Result<Memory> {
        let deadline = tokio::time::Instant::now() + PATIENCE;
        let (mut before, mut still) = (Memory::default(), 0);
        while still < 3 {
            ensure!(
                tokio::time::Instant::now() < deadline,
                "its memory doesn't come to rest"
            );
            tokio::time::sleep(BEAT).await;
            let now = self.memory()?;
            let same = now.processes == before.processes && now.private.abs_diff(before.private) <= now.private / PART;
            still = if same { still + 1 } else { 0 };
            before = now;
        }
        Ok(before)
    }

    /// What it did so far.
    ///
    /// # Errors
    /// When there is no process of it.
    pub fn activity(&self) -> Result<Activity> {
        let mut threads = BTreeMap::new();
        for process in self.processes()? {
            let Ok(tasks) = std::fs::read_dir(process.join("task")) else {
                continue;
            };
            for task in tasks.flatten().map(|entry| entry.path()) {
                let read = |file: &str| std::fs::read_to_string(task.join(file)).unwrap_or_default();
                let status = read("status");
                let switches = status.lines().filter_map(|line| line.split_once("_ctxt_switches:"));
                let switches = switches.filter_map(|(_, count)| count.trim().parse::<u64>().ok()).sum();
                let ran = read("schedstat").split(' ').next().and_then(|ran| ran.parse().ok());
                threads.insert(task.display().to_string(), (switches, ran.unwrap_or_default()));
            }
        }
        ensure!(!threads.is_empty(), "no process has {}", self.mark);
        Ok(Activity { threads })
    }
}

impl Activity {
    /// Context switches and time on a processor since an earlier look. Threads that ended in between aren't counted.
    pub fn since(&self, before: &Self) -> (u64, Duration) {
        let (mut switches, mut ran) = (0, 0);
        for (thread, now) in &self.threads {
            let then = before.threads.get(thread).copied().unwrap_or_default();
            switches += now.0.saturating_sub(then.0);
            ran += now.1.saturating_sub(then.1);
        }
        (switches, Duration::from_nanos(ran))
    }
}
