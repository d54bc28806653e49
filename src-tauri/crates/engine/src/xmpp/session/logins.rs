//! How strong an account's logins were, kept so that a later one isn't talked into a weaker one.

use crate::store::{Store, StoreError};
use crate::xmpp::login::LoginMemory;

/// Where login memories are kept in the store, by JID.
const LOGINS_KEY: &str = "logins";

/// Forgets how strong an account's logins were, as a person who enters a password again wants it.
///
/// # Errors
/// When the store can't be written.
pub async fn forget_logins(store: &Store, account: &str) -> Result<(), StoreError> {
    remember(store, account, None).await
}

pub(crate) async fn remembered(store: &Store, account: &str) -> Result<LoginMemory, StoreError> {
    let memories = store.get(LOGINS_KEY).await?;
    let mut memories = memories
        .and_then(|json| serde_json::from_str(&json).ok())
        .unwrap_or_else(Memories::default);
    Ok(memories.remove(account).unwrap_or_default())
}

pub(super) async fn remember(store: &Store, account: &str, memory: Option<LoginMemory>) -> Result<(), StoreError> {
    let memories = store.get(LOGINS_KEY).await?;
    let mut memories = memories
        .and_then(|json| serde_json::from_str(&json).ok())
        .unwrap_or_else(Memories::default);
    match memory {
        Some(memory) => drop(memories.insert(account.to_owned(), memory)),
        None => drop(memories.remove(account)),
    }
    store.set(LOGINS_KEY, serde_json::to_string(&memories).ok()).await
}

type Memories = std::collections::BTreeMap<String, LoginMemory>;
