//! Text from mails, made fit for places that aren't ours: menus, tooltips, notification daemons.

use mailwren_core::words::has_right_to_left;

/// One line of plain text: no control characters, no direction overrides, runs of blanks as one, at most `max`
/// characters, the last an ellipsis if some were left out.
pub fn line(text: &str, max: usize) -> String {
    bounded(
        &text
            .split(|c: char| c.is_whitespace() || c.is_control())
            .filter(|w| !w.is_empty())
            .collect::<Vec<_>>()
            .join(" "),
        max,
    )
}

/// Several lines of plain text, each as [`line()`] makes them but bounded together; empty ones are left out.
pub fn lines(text: &str, max: usize) -> String {
    bounded(
        &text
            .lines()
            .map(|l| line(l, max))
            .filter(|l| !l.is_empty())
            .collect::<Vec<_>>()
            .join("\n"),
        max,
    )
}

/// The same for a line of ours: what [`mailwren_core::words`] set apart in it stays so.
pub fn title(text: &str, max: usize) -> String {
    let blank = |c: char| if c.is_whitespace() || c.is_control() { ' ' } else { c };
    let mut visible = text
        .chars()
        .filter(|c| !steers_direction(*c) || matches!(c, '\u{2068}' | '\u{2069}'))
        .map(blank);
    let mut kept: String = visible.by_ref().take(max).collect();
    if visible.next().is_some() {
        kept.pop();
        kept.push('…');
    }
    kept
}

fn bounded(text: &str, max: usize) -> String {
    let mut visible = text.chars().filter(|c| !steers_direction(*c));
    let mut kept: String = visible.by_ref().take(max).collect();
    if visible.next().is_some() {
        kept.pop();
        kept.push('…');
    }
    kept
}

/// Embeddings, overrides and isolates (UAX #9): they would let a subject rearrange what stands around it.
const fn steers_direction(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}' | '\u{061c}')
}

/// Set apart from what surrounds it (UAX #9, first strong isolate), where it holds right-to-left letters.
pub fn isolated(text: &str) -> String {
    if has_right_to_left(text) {
        format!("\u{2068}{text}\u{2069}")
    } else {
        text.to_owned()
    }
}

/// Escaped for Pango's and the notification specification's markup.
pub fn markup(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

/// Escaped for a menu label, where an underscore would mark an access key (com.canonical.dbusmenu).
pub fn label(text: &str) -> String {
    text.replace('_', "__")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_has_no_breaks_controls_or_direction_marks() {
        assert_eq!(line("a\r\n\tb\u{0}c\u{202e}d \u{2066}e", 100), "a b cd e");
    }

    #[test]
    fn a_long_line_ends_in_an_ellipsis_at_its_bound() {
        assert_eq!(line(&"x".repeat(10_000), 5), "xxxx…");
        assert_eq!(line("12345", 5), "12345");
    }

    #[test]
    fn lines_keep_their_breaks() {
        assert_eq!(lines("a\n\n\u{7}b\r\nc", 100), "a\nb\nc");
    }

    #[test]
    fn markup_is_shown_and_not_obeyed() {
        assert_eq!(markup("<b>x</b>&amp;'\""), "&lt;b&gt;x&lt;/b&gt;&amp;amp;&#39;&quot;");
    }

    #[test]
    fn underscores_stay_visible_in_labels() {
        assert_eq!(label("a_b__c"), "a__b____c");
    }

    #[test]
    fn only_right_to_left_text_is_isolated() {
        assert_eq!(isolated("שלום"), "\u{2068}שלום\u{2069}");
        assert_eq!(isolated("Zoë 日本"), "Zoë 日本");
    }
}
