//! How strong an account's logins were, kept so that a later one isn't talked into a weaker one.

use crate::store::{Store, StoreError};
use crate::xmpp::login::LoginMemory;

/// Where an account's login memory is kept in the store. Each has a place of its own: accounts log in side by side.
fn key(account: &str) -> String {
    format!("logins/{account}")
}

/// Forgets how strong an account's logins were, as a person who enters its credentials again wants it.
///
/// # Errors
/// When the store can't be written.
pub async fn forget_logins(store: &Store, account: &str) -> Result<(), StoreError> {
    store.set(key(account), None).await
}

pub(crate) async fn remembered(store: &Store, account: &str) -> Result<LoginMemory, StoreError> {
    let memory = store.get(key(account)).await?;
    Ok(memory
        .and_then(|json| serde_json::from_str(&json).ok())
        .unwrap_or_default())
}

pub(super) async fn remember(store: &Store, account: &str, memory: LoginMemory) -> Result<(), StoreError> {
    store.set(key(account), serde_json::to_string(&memory).ok()).await
}
