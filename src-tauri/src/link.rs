//! Links from events: which may be opened, and opening them.

use mailwren_core::view::{ApiCode, ApiError};

/// What the desktop may be asked to open. A scheme beyond these could start a program with words of a stranger.
const SCHEMES: [&str; 5] = ["https", "http", "mailto", "xmpp", "mid"];

/// Opens a link of a stored row with the desktop's own program.
pub async fn open(link: &str) -> Result<(), ApiError> {
    let Some(link) = checked(link) else {
        return Err(ApiError {
            code: ApiCode::Forbidden,
            message: "This link isn't of a kind that Mailwren opens.".to_owned(),
            hint: Some(format!("It opens {}.", SCHEMES.join(", "))),
        });
    };
    // Looks for the program on the disk, so not on a thread that others wait for.
    let opened = tokio::task::spawn_blocking(move || tauri_plugin_opener::open_url(link, None::<&str>)).await;
    match opened {
        Ok(Ok(())) => Ok(()),
        Ok(Err(error)) => Err(failed(&error)),
        Err(error) => Err(failed(&error)),
    }
}

fn failed(error: &dyn std::error::Error) -> ApiError {
    ApiError {
        code: ApiCode::Internal,
        message: format!("The desktop couldn't open the link: {error}"),
        hint: Some("Is a browser or mail program set as default?".to_owned()),
    }
}

/// The link in its parsed form, if its scheme is one that may be opened.
fn checked(link: &str) -> Option<String> {
    let url = tauri::Url::parse(link).ok()?;
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
