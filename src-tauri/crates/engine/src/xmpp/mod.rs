//! stub
pub mod session {
    //! stub
    #![allow(missing_docs)]
    use std::sync::Arc;
    use tokio::sync::mpsc;
    use mailwren_core::{account::Account, model::Input};
    #[derive(Debug, Clone, Default)]
    pub struct Timing;
    pub struct SessionContext { pub account: Account, pub vault: Arc<dyn crate::vault::Vault>, pub store: crate::store::Store, pub inputs: mpsc::Sender<Input>, pub timing: Timing }
    #[derive(Debug)]
    pub struct SessionHandle;
    impl SessionHandle { pub fn retry(&self) {} pub fn probe(&self) {} pub async fn stop(self) {} }
    pub fn spawn(_: SessionContext) -> SessionHandle { SessionHandle }
    pub async fn forget_logins(_: &crate::store::Store, _: &str) -> Result<(), crate::store::StoreError> { Ok(()) }
}
pub mod resolve {
    //! stub
    #![allow(missing_docs)]
    pub trait Resolve: Send + Sync {}
    pub struct SystemResolver;
    impl Resolve for SystemResolver {}
}
pub mod probe {
    //! stub
    #![allow(missing_docs)]
    pub async fn probe(_: &mailwren_core::account::Account, _: &secrecy::SecretString, _: std::sync::Arc<dyn super::resolve::Resolve>, _: impl FnMut(mailwren_core::view::TestStep) + Send) -> bool { true }
}
