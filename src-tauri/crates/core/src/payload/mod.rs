//! What an item holds: one module per dialect, and the digest that tells payloads apart.
//!
//! Each dialect's `read` fills in what its payload says, and tells whether the payload is its own. None of them fails:
//! what a field ought to be and isn't is left out, and the event stays.

pub mod atom;
pub mod gmail;
pub mod mailwren;
pub mod mobileme;
pub mod ox;
pub mod sieve;

use data_encoding::HEXLOWER;
use minidom::{Element, Node};
use sha2::{Digest, Sha256};

use crate::event::{Event, PayloadDigest};

/// Elements may be built by hand, deeper than any limit on streams; text is looked for no deeper than this.
const TEXT_DEPTH: usize = 64;

/// Fill in what the item's payload says; an item without payload, or with one that no dialect knows, stays as it is.
pub(crate) fn read(item: &Element, event: &mut Event) {
    let dialects: [fn(&Element, &mut Event) -> bool; 4] = [mobileme::read, mailwren::read, atom::read, ox::read];
    // Publishers of 2008 left the plistfrag out and put its namespace on the item itself.
    let itself = item.has_ns(mobileme::NS).then_some(item);
    for payload in item.children().chain(itself) {
        if dialects.iter().any(|read| read(payload, event)) {
            return;
        }
    }
}

/// Digest of what an item holds: namespaces, names, attributes and text. Prefixes, the order of attributes, and white
/// space between elements make no difference; a delay stamp stands outside of the item. Empty for an item without
/// payload.
pub fn digest(item: &Element) -> PayloadDigest {
    if item.children().next().is_none() {
        return PayloadDigest::default();
    }
    // Every part is led by its kind and its length, so that no two trees give the same bytes.
    let mut hash = Sha256::new();
    let mut part = |kind: u8, text: &str| {
        hash.update([kind]);
        hash.update((text.len() as u64).to_be_bytes());
        hash.update(text.as_bytes());
    };
    // An explicit stack: a tree built by hand may be deep.
    let mut open = vec![item];
    let mut left = vec![item.nodes()];
    // Text may be in several nodes, as the network cut it.
    let mut text = String::new();
    while let (Some(element), Some(nodes)) = (open.last(), left.last_mut()) {
        let node = nodes.next();
        if let Some(Node::Text(more)) = node {
            text.push_str(more);
            continue;
        }
        let indent = text.trim().is_empty() && element.children().next().is_some();
        if !text.is_empty() && !indent {
            part(b't', &text);
        }
        text.clear();
        match node.and_then(Node::as_element) {
            None => {
                part(b')', "");
                open.pop();
                left.pop();
            }
            Some(child) => {
                part(b'(', &child.ns());
                part(b'n', child.name());
                let mut attributes: Vec<_> = child.attrs().iter().collect();
                attributes.sort();
                for ((namespace, name), value) in attributes {
                    part(b'a', namespace.as_str());
                    part(b'k', name.as_str());
                    part(b'v', value);
                }
                open.push(child);
                left.push(child.nodes());
            }
        }
    }
    PayloadDigest(HEXLOWER.encode(&hash.finalize()))
}

/// All text in an element, that of its descendants too; those of which `blocks` says so stand on lines of their own.
pub(crate) fn deep_text(element: &Element, blocks: fn(&Element) -> bool) -> String {
    let mut text = String::new();
    let mut open = vec![(element.nodes(), false)];
    while let Some((nodes, block)) = open.last_mut() {
        match nodes.next() {
            None => {
                if *block {
                    text.push('\n');
                }
                open.pop();
            }
            Some(Node::Text(part)) => text.push_str(part),
            Some(Node::Element(child)) => {
                let block = blocks(child);
                if block {
                    text.push('\n');
                }
                if open.len() < TEXT_DEPTH {
                    open.push((child.nodes(), block));
                }
            }
        }
    }
    text
}

/// The text of the first child of this name in the element's own namespace.
pub(crate) fn child_text(element: &Element, name: &str) -> Option<String> {
    element
        .get_child(name, element.ns().as_str())
        .map(|child| deep_text(child, |_| false))
}
