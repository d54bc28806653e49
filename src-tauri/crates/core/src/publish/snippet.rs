//! The first words of a text that somebody wrote: no quotes, no signature, no armour.

use crate::text;

/// Bytes of text that are looked at; a snippet has 500 characters.
const TEXT_BYTES: usize = 64 << 10;

/// The first words of a plain text. Of one that holds nothing of its own, those that it quotes.
pub(super) fn of_text(text: &str) -> Option<String> {
    let text = text.get(..text.floor_char_boundary(TEXT_BYTES)).unwrap_or_default();
    words(&own_lines(text)).or_else(|| {
        let quoted: Vec<&str> = text
            .lines()
            .take_while(|line| !line.starts_with("-----BEGIN PGP"))
            .map(|line| line.trim_start_matches(['>', ' ']))
            .filter(|line| !is_rule(line))
            .collect();
        words(&quoted)
    })
}

/// The first words of an HTML text.
pub(super) fn of_html(html: &str) -> Option<String> {
    of_text(&text::html_to_text(&without_asides(html)))
}

/// Lines up to the signature (RFC 3676 §4.3), or to the message that is answered or forwarded; without quoted ones and
/// what introduces them.
fn own_lines(text: &str) -> Vec<&str> {
    let mut own: Vec<&str> = Vec::new();
    let mut armour = false;
    for line in text.lines() {
        let bare = line.trim();
        if armour {
            armour = !bare.is_empty();
            continue;
        }
        match bare {
            "-----BEGIN PGP SIGNED MESSAGE-----" => armour = true,
            _ if bare.starts_with('>') => {
                // "On Tuesday, Sam wrote:", in whatever language, maybe over two lines.
                let said = own.iter().rposition(|line| !line.is_empty());
                if let Some(at) = said
                    && own.get(at).is_some_and(|line| line.ends_with(':'))
                {
                    let first = at
                        .checked_sub(1)
                        .filter(|at| own.get(*at).is_some_and(|l| !l.is_empty()));
                    let begins =
                        |line: &&str| line.starts_with("On ") || line.starts_with("Am ") || line.starts_with("Le ");
                    let first = first.filter(|at| own.get(*at).is_some_and(begins));
                    own.truncate(first.unwrap_or(at));
                }
            }
            _ if line == "-- " || bare == "--" || is_rule(bare) => break,
            _ => own.push(bare),
        }
    }
    own
}

/// What parts a message from the one below it: `-----Original Message-----` and its kin in other languages, a line of
/// underscores, PGP's armour.
fn is_rule(line: &str) -> bool {
    let dashes = line.starts_with("-----") && line.ends_with("-----");
    dashes || (line.len() >= 16 && line.bytes().all(|b| b == b'_'))
}

/// Words that show something: newsletters fill up their preview with characters that have no width.
fn words(lines: &[&str]) -> Option<String> {
    let shown: Vec<&str> = lines
        .iter()
        .flat_map(|line| line.split_whitespace())
        .filter(|word| !word.chars().all(is_filler))
        .collect();
    text::clean(&shown.join(" "), text::SNIPPET_CHARS)
}

fn is_filler(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{2064}' | '\u{feff}')
        || c.is_control()
}

/// HTML without what isn't shown or isn't the writer's own. Where an element doesn't end, only its tag goes.
fn without_asides(html: &str) -> String {
    const ASIDES: [&str; 5] = ["head", "style", "script", "title", "blockquote"];
    let lower = html.to_ascii_lowercase();
    let mut kept = String::new();
    let mut at = 0;
    // Elements that are known not to end any more, so that each is looked for once.
    let mut endless: Vec<&str> = Vec::new();
    while let Some(tag) = lower.get(at..).and_then(|rest| rest.find('<')).map(|found| at + found) {
        kept.push_str(html.get(at..tag).unwrap_or_default());
        let rest = lower.get(tag..).unwrap_or_default();
        let comment = rest.starts_with("<!--");
        let name = rest.get(1..).unwrap_or_default();
        let name = name.get(..name.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(name.len()));
        let aside = ASIDES.into_iter().find(|aside| name == Some(*aside));
        let end = match aside {
            _ if comment && !endless.contains(&"!--") => rest.find("-->").map(|end| end + 3).or_else(|| {
                endless.push("!--");
                None
            }),
            Some(aside) if !endless.contains(&aside) => end_of(rest, aside).or_else(|| {
                endless.push(aside);
                None
            }),
            _ => None,
        };
        match end {
            Some(end) => {
                kept.push('\n');
                at = tag + end;
            }
            None => {
                kept.push('<');
                at = tag + 1;
            }
        }
    }
    kept.push_str(html.get(at..).unwrap_or_default());
    kept
}

/// Where an element ends that begins here; those of its kind inside it are part of it.
fn end_of(html: &str, name: &str) -> Option<usize> {
    let mut depth: usize = 0;
    let mut at = 0;
    loop {
        let tag = at + html.get(at..)?.find('<')?;
        let inside = html.get(tag + 1..)?;
        let (closing, inside) = inside
            .strip_prefix('/')
            .map_or((false, inside), |inside| (true, inside));
        let whole = |rest: &str| !rest.starts_with(|c: char| c.is_ascii_alphanumeric());
        if inside.strip_prefix(name).is_some_and(whole) {
            depth = if closing { depth.checked_sub(1)? } else { depth + 1 };
            if depth == 0 {
                return html.get(tag..)?.find('>').map(|end| tag + end + 1);
            }
        }
        at = tag + 1;
    }
}
