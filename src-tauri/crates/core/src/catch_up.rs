//! How a node's items are fetched after a fresh session, so that nothing published meanwhile is missed.
//!
//! The newest items are asked for, first a few and then twice as many, until the answer holds all that there are. So the
//! answer to a question stays far below the limit of a stanza, which the answer to "all items" might not. Paging (RSM) isn't
//! relied on: Prosody ignores it. A node whose items would fill too large a stanza is read by item ids instead: these are
//! listed, and only what isn't stored yet is fetched.

/// How many items are asked for first.
pub const FIRST_ASK: u32 = 32;
/// Bytes that an answer may be expected to have; a quarter of what a stanza may, since older items can be larger than
/// newer ones.
pub const ANSWER_BUDGET: usize = 256 << 10;
/// Ids fetched in one question when a node is read by ids.
pub const IDS_AT_ONCE: usize = 16;
/// Bytes of a node that are fetched by ids in one go.
pub const RUN_BUDGET: usize = 2 << 20;
/// Ids of a node that are looked at when it is read by ids, the newest.
pub const MOST_IDS: usize = 4_000;

/// An answer to a question for the newest items.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Answer {
    /// Items in it.
    pub items: usize,
    /// Its size in bytes.
    pub bytes: usize,
    /// How many the node holds, where the service says so (XEP-0059 `<count/>`).
    pub count: Option<u64>,
}

/// What follows from an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// Ask again, for the newest so many.
    Ask(u32),
    /// These are all items there are.
    Complete,
    /// There are more than fit an answer: go by ids.
    ByIds,
}

/// What to do after the newest `asked` items were asked for.
pub fn next(asked: u32, answer: Answer) -> Next {
    let items = u64::try_from(answer.items).unwrap_or(u64::MAX);
    let more_are_there = answer.count.is_some_and(|count| count > items);
    if items == u64::from(asked) {
        // A count that says that these are all isn't believed: what is taken as complete lets other rows go.
        if answer.bytes.saturating_mul(2) > ANSWER_BUDGET {
            Next::ByIds
        } else {
            Next::Ask(asked.saturating_mul(2))
        }
    } else if more_are_there {
        // It has a bound of its own, which asking for more won't lift.
        Next::ByIds
    } else {
        // Fewer than asked for; or more, from a service that knows no `max_items`.
        Next::Complete
    }
}

/// A node's item ids, oldest first. Services list them as they like (Prosody the newest first, ejabberd the oldest);
/// `items` are ids of items that came in the order that is known, the oldest first.
pub fn oldest_first(mut ids: Vec<String>, items: &[&str]) -> Vec<String> {
    let place = |item: Option<&&str>| item.and_then(|item| ids.iter().position(|id| id == item));
    if let (Some(older), Some(newer)) = (place(items.first()), place(items.last()))
        && older > newer
    {
        ids.reverse();
    }
    ids
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn item_ids_are_brought_into_the_order_in_which_items_come() {
        let ids = |ids: &[&str]| ids.iter().map(|id| (*id).to_owned()).collect::<Vec<_>>();
        assert_eq!(
            oldest_first(ids(&["d", "c", "b", "a"]), &["c", "d"]),
            ids(&["a", "b", "c", "d"])
        );
        assert_eq!(
            oldest_first(ids(&["a", "b", "c", "d"]), &["c", "d"]),
            ids(&["a", "b", "c", "d"])
        );
        assert_eq!(oldest_first(ids(&["b", "a"]), &[]), ids(&["b", "a"]));
        assert_eq!(oldest_first(ids(&["b", "a"]), &["gone", "a"]), ids(&["b", "a"]));
    }

    const fn answer(items: usize, bytes: usize, count: Option<u64>) -> Answer {
        Answer { items, bytes, count }
    }

    /// Asks a node of so many items of so many bytes; gives the questions and how it ended.
    fn ask(items: u32, bytes_each: usize) -> (Vec<u32>, Next) {
        let mut asked = vec![FIRST_ASK];
        loop {
            let n = *asked.last().unwrap_or(&0);
            let got = n.min(items) as usize;
            match next(n, answer(got, got * bytes_each, None)) {
                Next::Ask(more) => asked.push(more),
                end => return (asked, end),
            }
        }
    }

    #[test]
    fn a_small_node_is_read_with_one_question() {
        assert_eq!(ask(0, 700), (vec![32], Next::Complete));
        assert_eq!(ask(31, 700), (vec![32], Next::Complete));
    }

    #[test]
    fn a_larger_node_is_asked_for_twice_as_many_until_all_are_there() {
        assert_eq!(ask(32, 700), (vec![32, 64], Next::Complete));
        assert_eq!(ask(200, 700), (vec![32, 64, 128, 256], Next::Complete));
    }

    #[test]
    fn what_would_not_fit_a_stanza_is_read_by_ids() {
        assert_eq!(ask(5000, 700), (vec![32, 64, 128, 256], Next::ByIds));
        assert_eq!(ask(5000, 20_000), (vec![32], Next::ByIds));
    }

    #[test]
    fn a_service_that_sends_fewer_than_it_holds_is_not_taken_at_its_word() {
        assert_eq!(next(32, answer(20, 9000, Some(400))), Next::ByIds);
        assert_eq!(next(32, answer(20, 9000, Some(20))), Next::Complete);
        assert_eq!(next(32, answer(32, 9000, Some(32))), Next::Ask(64));
    }

    #[test]
    fn a_service_that_ignores_the_number_asked_for_has_sent_all() {
        assert_eq!(next(32, answer(500, 400_000, None)), Next::Complete);
    }
}
