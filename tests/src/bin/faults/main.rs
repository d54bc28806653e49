//! `faults`: breaks everything that can break between Mailwren and its servers, and counts what was lost and what was
//! told twice. `make faults` runs the short form; the table says what each row means and what it can't show.

mod campaign;
mod client;
mod dice;
mod fault;
mod ground;
mod hostile;
mod interceptor;
mod ledger;
mod running;
mod table;

use std::time::Duration;

use anyhow::{Context, Result, bail};
use clap::{Parser, Subcommand, ValueEnum};
use mailwren_tests::{place, scene_within};

use campaign::Campaign;
use fault::Fault;
use ground::{Ground, Which};
use table::Outcome;

/// When a server's rows are given up.
const LIMIT: Duration = Duration::from_secs(3 * 3600);

#[derive(Debug, Parser)]
struct Arguments {
    #[command(subcommand)]
    what: Option<What>,
    /// At least 1,000 faults and 10,000 events on each server.
    #[arg(long)]
    long: bool,
    /// What chance is made from.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Only these servers.
    #[arg(long)]
    server: Vec<Which>,
    /// Only these faults.
    #[arg(long)]
    fault: Vec<Fault>,
    /// So many times each, instead of the form's number.
    #[arg(long)]
    times: Option<usize>,
    /// Leave out the rows on memory.
    #[arg(long)]
    no_memory: bool,
}

#[derive(Debug, Subcommand)]
enum What {
    /// The client under test; started by the lab itself.
    #[command(hide = true)]
    Client(client::Arguments),
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    if let Some(What::Client(arguments)) = arguments.what {
        return client::main(arguments);
    }
    let folder = place::programs()?.parent().context("no target folder")?.join("faults");
    std::fs::create_dir_all(&folder)?;
    let form = if arguments.long { "long" } else { "short" };
    println!("The {form} form, seed {}.\n", arguments.seed);
    table::print_head();
    let servers = if arguments.server.is_empty() {
        Which::value_variants()
    } else {
        &arguments.server
    };
    let faults: &[Fault] = if arguments.fault.is_empty() {
        &Fault::ALL
    } else {
        &arguments.fault
    };
    let mut outcomes: Vec<Outcome> = Vec::new();
    for which in servers {
        scene_within(LIMIT, async |scene| {
            let mut ground = Ground::prepare(*which, &scene).await?;
            for fault in faults {
                let times = arguments.times.unwrap_or(fault.times(arguments.long));
                if times == 0 {
                    continue;
                }
                let outcome = Campaign::run(&mut ground, &scene, *fault, times, arguments.seed).await?;
                table::print_row(&outcome);
                if !outcome.is_well() {
                    // Whatever state it is in: the next fault begins on a server of its own.
                    drop(ground);
                    ground = Ground::prepare(*which, &scene).await?;
                }
                outcomes.push(outcome);
            }
            Ok(())
        })?;
    }
    table::print_sums(&outcomes);
    let memory = if arguments.no_memory {
        Ok(Vec::new())
    } else {
        hostile::measure()
    };
    let measured = memory.as_deref().unwrap_or_default();
    let json: Vec<_> = measured.iter().map(hostile::Measured::json).collect();
    table::write(&outcomes, &json, arguments.seed, &folder.join(format!("{form}.json")))?;
    if !memory?.iter().all(hostile::Measured::is_well) || !outcomes.iter().all(Outcome::is_well) {
        bail!("something was lost, told twice, too large, or didn't recover: see the rows marked ✗");
    }
    Ok(())
}
