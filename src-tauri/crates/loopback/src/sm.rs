//! Stream management (XEP-0198): what was sent and not yet acknowledged.

use std::collections::VecDeque;

/// So many stanzas may wait for their acknowledgement; then the session is given up.
pub(crate) const MOST_UNACKED: usize = 10_000;

/// The outgoing half of a managed stream. Counters wrap, as the XEP has it (§4).
#[derive(Debug, Default)]
pub(crate) struct Outbound {
    acked: u32,
    unacked: VecDeque<Vec<u8>>,
    asked: bool,
}

/// The client acknowledged stanzas that were never sent.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct NeverSent {
    /// What it acknowledged.
    pub h: u32,
    /// How many were sent.
    pub sent: u32,
}

impl Outbound {
    /// Keeps a stanza until it is acknowledged; false when there is no more room.
    pub(crate) fn keep(&mut self, stanza: Vec<u8>) -> bool {
        self.unacked.push_back(stanza);
        self.unacked.len() <= MOST_UNACKED
    }

    /// The client has handled `h` stanzas.
    pub(crate) fn acknowledge(&mut self, h: u32) -> Result<(), NeverSent> {
        let handled = h.wrapping_sub(self.acked) as usize;
        if handled > self.unacked.len() {
            return Err(NeverSent {
                h,
                sent: self.acked.wrapping_add(self.unacked.len() as u32),
            });
        }
        self.unacked.drain(..handled);
        self.acked = h;
        self.asked = false;
        Ok(())
    }

    /// The stream was resumed: acknowledges, and tells what to send again.
    pub(crate) fn resume(&mut self, h: u32) -> Result<impl Iterator<Item = &Vec<u8>>, NeverSent> {
        self.acknowledge(h)?;
        Ok(self.unacked.iter())
    }

    /// Whether to ask for an acknowledgement now: something is open, and no question is on its way.
    pub(crate) fn ask(&mut self) -> bool {
        let ask = !self.asked && !self.unacked.is_empty();
        self.asked |= ask;
        ask
    }

    /// How many stanzas are open.
    pub(crate) fn open(&self) -> usize {
        self.unacked.len()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn sent(stanzas: &[&str]) -> Outbound {
        let mut outbound = Outbound::default();
        for stanza in stanzas {
            assert!(outbound.keep(stanza.as_bytes().to_vec()));
        }
        outbound
    }

    #[test]
    fn a_resumption_replays_what_was_not_acknowledged_in_order() {
        let mut outbound = sent(&["a", "b", "c"]);
        let again: Vec<_> = outbound.resume(1).unwrap().cloned().collect();
        assert_eq!(again, [b"b".to_vec(), b"c".to_vec()]);
        assert_eq!(outbound.open(), 2);
    }

    #[test]
    fn acknowledging_more_than_was_sent_or_going_backwards_is_an_error() {
        let mut outbound = sent(&["a", "b"]);
        assert_eq!(outbound.acknowledge(3), Err(NeverSent { h: 3, sent: 2 }));
        outbound.acknowledge(2).unwrap();
        assert_eq!(outbound.acknowledge(1), Err(NeverSent { h: 1, sent: 2 }));
    }

    #[test]
    fn one_question_is_on_its_way_at_a_time() {
        let mut outbound = sent(&["a", "b"]);
        assert!(outbound.ask());
        assert!(!outbound.ask());
        outbound.acknowledge(1).unwrap();
        assert!(outbound.ask());
        outbound.acknowledge(2).unwrap();
        assert!(!outbound.ask());
    }
}
