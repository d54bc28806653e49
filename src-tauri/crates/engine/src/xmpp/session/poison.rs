//! When the stream breaks: whether the network did it, or something that came and would come again.

use jiff::Timestamp;
use mailwren_core::link::Reached;
use mailwren_core::said::Said;
use mailwren_core::view::Problem;
use tokio::time::Instant;

use super::{Phase, Session};
use crate::xmpp::gmail;

/// Interruptions in a row, soon after a resumption and without a stanza in between, that mean that one breaks the stream
/// each time it is sent again. A limit that is passed says so at once; this is for what only the parser refuses, and mustn't
/// be taken for a network that comes and goes.
const FRUITLESS: u32 = 4;

impl Session {
    pub(super) async fn suspended(&mut self) {
        let stint = match std::mem::replace(&mut self.phase, Phase::Parked) {
            Phase::Up(stint) => Some(stint),
            _ => None,
        };
        self.heart.suspend();
        let exceeded = self.gauge.exceeded();
        let trouble = exceeded.map(|limit| {
            let unsafe_to_read = Said::word("trouble-limit").with("limit", limit.said());
            Problem::new("stream", unsafe_to_read).hint(Said::word("trouble-limit-do"))
        });
        match stint {
            // Neither bound nor resumed: the session can't be resumed, and tokio-xmpp would try for ever.
            None => self.begin_afresh(),
            Some(stint) => {
                let barren = stint.resumed && stint.stanzas == 0 && stint.since.elapsed() < self.timing.fruitless;
                self.fruitless = if barren { self.fruitless + 1 } else { 0 };
                // A stanza that passed a limit would be sent again after each resumption.
                if exceeded.is_some() || self.fruitless >= FRUITLESS {
                    self.poisoned();
                }
            }
        }
        self.lost(Reached::Login, trouble).await;
    }

    /// Something that came breaks the stream each time it is sent.
    pub(super) fn poisoned(&mut self) {
        let guilty = self.iqs.items_awaited();
        let mailbox = gmail::node(&self.account.jid);
        if guilty.iter().any(|awaited| awaited.node == mailbox) {
            self.care.mailbox_breaks += 1;
            self.care.mailbox_broke_at = Some(Timestamp::now());
            return self.begin_afresh();
        }
        // Nothing was asked for, so it comes upon the presence: ejabberd sends the last item of each node.
        if self.care.one_by_one && guilty.is_empty() {
            self.mute = Some(Instant::now() + self.timing.mute);
        }
        self.care.one_by_one = true;
        self.care.skip.extend(guilty);
        self.careful = Some(Instant::now() + self.timing.careful);
        self.begin_afresh();
    }

    /// Nothing has broken the stream for a while. Where it was an item, that may still be on its node, and care goes on.
    pub(super) fn trust_again(&mut self) {
        if self.care.skip.is_empty() {
            self.care.one_by_one = false;
            self.fetch_all();
        }
    }
}
