//! What the fuzzer checks, on stable: over the XEPs' own examples and the captures, and over mutations of them.

#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing)]

#[path = "../../../../fuzz/checks.rs"]
mod checks;

use std::path::{Path, PathBuf};

/// Mutations of each file. The fuzzer makes as many as it is given time for.
const MUTATIONS: u64 = 150;
/// What markup turns on.
const TOKENS: [&str; 14] = [
    "<",
    ">",
    "/>",
    "</",
    "'",
    "\"",
    "&",
    "]]>",
    "<![CDATA[",
    "<!--",
    "<message>",
    "</message>",
    "&#x0;",
    "=?utf-8?q?",
];

fn corpus() -> Vec<(PathBuf, Vec<u8>)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../..");
    let mut files: Vec<PathBuf> = ["fuzz/corpus", "tests/fixtures"]
        .iter()
        .flat_map(|folder| std::fs::read_dir(root.join(folder)).unwrap())
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "xml"))
        .collect();
    files.sort();
    files
        .into_iter()
        .map(|path| (path.clone(), std::fs::read(path).unwrap()))
        .collect()
}

/// SplitMix64.
struct Dice(u64);

impl Dice {
    fn below(&mut self, below: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % below.max(1) as u64) as usize
    }
}

/// A piece of the bytes, with a few things done to it.
fn mutated(bytes: &[u8], dice: &mut Dice) -> Vec<u8> {
    let from = dice.below(bytes.len());
    let length = 1 + dice.below(4_000.min(bytes.len() - from));
    let mut piece = bytes[from..from + length].to_vec();
    for _ in 0..1 + dice.below(4) {
        let at = dice.below(piece.len());
        match dice.below(4) {
            0 => piece.insert(at, dice.below(256) as u8),
            1 => drop(piece.splice(at..at, TOKENS[dice.below(TOKENS.len())].bytes())),
            2 => {
                let end = (at + dice.below(60)).min(piece.len());
                piece.drain(at..end);
            }
            _ => {
                let end = (at + dice.below(300)).min(piece.len());
                let again = piece[at..end].to_vec();
                piece.splice(at..at, again);
            }
        }
        if piece.is_empty() {
            break;
        }
    }
    piece
}

fn over_the_corpus(check: impl Fn(&[u8]) + std::panic::RefUnwindSafe) {
    let corpus = corpus();
    assert!(corpus.len() > 15, "the corpus isn't there");
    for (path, bytes) in corpus {
        check(&bytes);
        for seed in 0..MUTATIONS {
            let mutation = mutated(&bytes, &mut Dice(seed));
            if let Err(panic) = std::panic::catch_unwind(|| check(&mutation)) {
                eprintln!(
                    "{}, mutation {seed}: {:?}",
                    path.display(),
                    String::from_utf8_lossy(&mutation)
                );
                std::panic::resume_unwind(panic);
            }
        }
    }
}

#[test]
fn decoding_ends_within_its_bounds_however_the_bytes_are_cut() {
    over_the_corpus(checks::decode);
}

#[test]
fn what_the_limiter_lets_pass_is_within_the_limits_for_the_parser() {
    over_the_corpus(checks::limiter);
}
