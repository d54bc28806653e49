//! Apple's MobileMe of 2008, and its Calendar Server: `<plistfrag xmlns="plist-apple">`.
//!
//! Source: two notifications captured in July 2008 (`tests/fixtures/mobileme-2008-*.xml`), and the notification code of
//! Apple's Calendar Server, which sent the same with an empty plistfrag and without an item id. A mailbox's node is
//! `/protected/com/apple/mobileme/USER/mail/MAILBOX`; the `maild` of the plist is a token that is new at each change.

use minidom::Element;

use crate::event::{Dialect, Event, Kind};
use crate::text;

/// Namespace of the payload.
pub const NS: &str = "plist-apple";

const NODES: &str = "/protected/com/apple/mobileme/";

/// Read a plistfrag; pairs that aren't known are left out.
pub(crate) fn read(payload: &Element, event: &mut Event) -> bool {
    if !(payload.is("plistfrag", NS) || payload.is("item", NS)) {
        return false;
    }
    event.kind = Kind::Changed;
    event.dialect = Dialect::Mobileme;
    let mut key = None;
    for child in payload.children() {
        match child.name() {
            "key" => key = Some(child.text()),
            _ => {
                let is_token = key.take().is_some_and(|key| key.trim() == "maild");
                if is_token && event.token.is_none() {
                    event.token = text::clean(&child.text(), text::NAME_CHARS);
                }
            }
        }
    }
    true
}

/// User and mailbox that a node stands for. A mailbox's own slashes are its hierarchy.
pub fn mailbox_of(node: &str) -> Option<(&str, &str)> {
    let (user, mailbox) = node.strip_prefix(NODES)?.split_once("/mail/")?;
    (!user.is_empty() && !user.contains('/') && !mailbox.is_empty()).then_some((user, mailbox))
}
