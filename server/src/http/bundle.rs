//! The one place that names the crate of the built browser client.
//!
//! Until that crate has its table of files, the server answers for the page with "nothing here"; then
//! this file becomes a `pub use driftfield_client_bundle::{Asset, CONTENT_SECURITY_POLICY, asset}`.

/// One file of the client, as the bundle holds it.
#[derive(Debug)]
pub(super) struct Asset {
    pub(super) content_type: &'static str,
    pub(super) brotli: &'static [u8],
    pub(super) identity: &'static [u8],
    pub(super) immutable: bool,
    pub(super) etag: &'static str,
}

pub(super) fn asset(path: &str) -> Option<&'static Asset> {
    ASSETS.iter().find(|(known, _)| *known == path).map(|(_, asset)| asset)
}

pub(super) const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; \
    script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data: blob:; \
    connect-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'self'; \
    frame-ancestors 'none'";

const ASSETS: &[(&str, Asset)] = &[];
