//! What must hold of any bytes whatever. Panics where it doesn't. Shared by the fuzzer's targets and by the core's tests.
#![allow(dead_code)]

use mailwren_core::limits::{LimitExceeded, Limiter, Limits};
use mailwren_core::split::{SplitError, Splitter};
use mailwren_core::stanza;
use minidom::Element;

/// Decoding ends, keeps within its bounds, and doesn't depend on how the bytes were cut.
pub fn decode(bytes: &[u8]) {
    let whole = split(&[bytes]);
    let (a, b) = bytes.split_at(cut(bytes));
    assert_eq!(whole, split(&[a, b]), "cutting the bytes changes what they mean");
    for stanza in whole.iter().flatten() {
        for decoded in stanza::decode(stanza).unwrap_or_default() {
            let event = decoded.event;
            let from = event.from.unwrap_or_default();
            let texts = [
                event.subject,
                event.user,
                event.mailbox,
                event.token,
                event.subid,
                event.message_id,
                from.name,
                from.address,
            ];
            assert!(texts.into_iter().flatten().all(|text| text.chars().count() <= 1_000));
            assert!(event.snippet.is_none_or(|snippet| snippet.chars().count() <= 500));
            assert!(event.link.is_none_or(|link| link.len() <= 4_096));
        }
    }
}

fn split(pieces: &[&[u8]]) -> Vec<Result<Element, SplitError>> {
    let mut splitter = Splitter::default();
    let mut stanzas = Vec::new();
    for piece in pieces {
        splitter.push(piece);
        stanzas.extend(std::iter::from_fn(|| splitter.next()));
    }
    splitter.finish();
    stanzas.extend(std::iter::from_fn(|| splitter.next()));
    stanzas
}

/// Small, so that short inputs pass them.
const SMALL: Limits = Limits {
    stanza_bytes: 600,
    depth: 6,
    attribute_bytes: 60,
    elements: 40,
    attributes: 40,
};

/// The limiter says the same however the bytes are cut, and what it lets pass is within the limits for the parser too.
pub fn limiter(bytes: &[u8]) {
    let whole = scan(&[bytes]);
    let (a, b) = bytes.split_at(cut(bytes));
    assert_eq!(whole, scan(&[a, b]), "cutting the bytes changes what passes");
    let stanzas = split(&[bytes]);
    if whole.is_err() || stanzas.iter().any(Result::is_err) {
        return;
    }
    for stanza in stanzas.iter().flatten() {
        within(stanza, 1);
    }
}

fn scan(pieces: &[&[u8]]) -> Result<(), LimitExceeded> {
    let mut limiter = Limiter::without_root(SMALL);
    pieces.iter().try_for_each(|piece| limiter.scan(piece))
}

fn within(element: &Element, depth: usize) {
    assert!(depth <= SMALL.depth, "deeper than the limiter lets pass");
    for (_, value) in element.attrs() {
        assert!(
            value.len() <= SMALL.attribute_bytes,
            "an attribute longer than the limiter lets pass"
        );
    }
    for child in element.children() {
        within(child, depth + 1);
    }
}

/// Where to cut, made from the bytes themselves so that the fuzzer can choose.
fn cut(bytes: &[u8]) -> usize {
    let sum = bytes.iter().fold(bytes.len(), |sum, byte| {
        sum.wrapping_mul(31).wrapping_add(usize::from(*byte))
    });
    sum % (bytes.len() + 1)
}
