//! Opening a mail where it is: by links, of which not all may be opened, and by programs.

use std::process::Stdio;

use mailwren_core::opening::{Opening, THUNDERBIRD, opening};
use mailwren_core::said::Said;
use mailwren_core::view::{ApiCode, ApiError, Reply, Row};
use mailwren_engine::program::is_on_path;

/// What the desktop may be asked to open. A scheme beyond these could start a program with words of a stranger.
const SCHEMES: [&str; 5] = ["https", "http", "mailto", "xmpp", "mid"];

/// Opens a row's mail as its account says, or by what is there; whether there was a way. `reply` is
/// that to [`Command::Accounts`](mailwren_core::view::Command::Accounts).
pub async fn open_mail(row: &Row, reply: Result<Reply, ApiError>) -> Result<bool, ApiError> {
    let accounts = match reply? {
        Reply::Accounts { accounts } => accounts,
        _ => Vec::new(),
    };
    let account = accounts.iter().find(|account| account.jid == row.account);
    match opening(account, &row.event, is_installed(THUNDERBIRD).await) {
        Some(Opening::Link(link)) => open(&link).await.map(|()| true),
        Some(Opening::Program(words)) => start(&words).map(|()| true),
        None => Ok(false),
    }
}

async fn is_installed(program: &'static str) -> bool {
    tokio::task::spawn_blocking(|| is_on_path(program))
        .await
        .unwrap_or(false)
}

/// Starts a program that outlives this one.
fn start(words: &[String]) -> Result<(), ApiError> {
    let Some((program, arguments)) = words.split_first() else {
        return Ok(());
    };
    let started = tokio::process::Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    let mut child = started.map_err(|error| {
        let unstarted = Said::word("open-unstarted").with("program", program);
        let unstarted = unstarted.with("why", error.to_string());
        ApiError::new(ApiCode::Internal, unstarted).hint(Said::word("open-do"))
    })?;
    // As long as this process runs, it is to be waited for.
    tokio::spawn(async move { child.wait().await });
    Ok(())
}

/// Opens a link of a stored row with the desktop's own program.
pub async fn open(link: &str) -> Result<(), ApiError> {
    let Some(link) = checked(link) else {
        let kinds = Said::word("open-kind-do").with("kinds", SCHEMES.join(", "));
        return Err(ApiError::new(ApiCode::Forbidden, Said::word("open-kind")).hint(kinds));
    };
    // Looks for the program on the disk, so not on a thread that others wait for.
    let opened = tokio::task::spawn_blocking(move || open::that_detached(link)).await;
    match opened {
        Ok(Ok(())) => Ok(()),
        Ok(Err(error)) => Err(failed(&error)),
        Err(error) => Err(failed(&error)),
    }
}

fn failed(error: &dyn std::error::Error) -> ApiError {
    let failed = Said::word("open-failed").with("why", error.to_string());
    ApiError::new(ApiCode::Internal, failed).hint(Said::word("open-failed-do"))
}

/// The link in its parsed form, if its scheme is one that may be opened.
fn checked(link: &str) -> Option<String> {
    let url = url::Url::parse(link).ok()?;
    SCHEMES.contains(&url.scheme()).then(|| url.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_of_the_known_kinds_are_opened() {
        for link in [
            "https://mail.example.org/m/1",
            "http://localhost/",
            "mailto:sam@mac.com",
            "xmpp:sam@mac.com",
            "mid:a@b",
        ] {
            assert_eq!(checked(link).as_deref(), Some(link));
        }
    }

    #[test]
    fn anything_else_is_not() {
        for link in [
            "file:///etc/passwd",
            "javascript:alert(1)",
            "--help",
            "-x",
            "/bin/sh",
            "ssh://-oProxyCommand=x/",
            "imap://x/",
            "",
            "HTTPS",
        ] {
            assert_eq!(checked(link), None, "{link}");
        }
    }
}
