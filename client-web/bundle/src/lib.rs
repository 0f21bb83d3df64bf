//! The built browser client: the files of the page, hashed, compressed and embedded by the build script.

/// A file that the server serves.
#[derive(Clone, Copy, Debug)]
pub struct Asset {
    /// Its path on the server; hashed but for the page itself.
    pub path: &'static str,
    /// Its `Content-Type`.
    pub content_type: &'static str,
    /// Its bytes under `Content-Encoding: br`.
    pub brotli: &'static [u8],
    /// Its bytes, for a client that does not take Brotli.
    pub identity: &'static [u8],
    /// Whether the path stands for these very bytes for ever.
    pub immutable: bool,
    /// Its `ETag`, quoted.
    pub etag: &'static str,
}

mod table {
    #![allow(missing_docs)]
    use super::Asset;
    include!(concat!(env!("OUT_DIR"), "/assets.rs"));

    pub(super) fn all() -> &'static [Asset] {
        ASSETS
    }
}

/// Whether the client was left out of this build (`WEB_CLIENT=skip`).
pub use table::IS_EMPTY;

/// What the page may do: run its own scripts and module, and talk to its own server. No inline script.
pub const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; \
    script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data: blob:; \
    connect-src 'self'; worker-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; \
    frame-ancestors 'self'";

/// All files.
pub fn assets() -> &'static [Asset] {
    table::all()
}

/// The file at a path.
pub fn asset(path: &str) -> Option<&'static Asset> {
    assets().iter().find(|asset| asset.path == path)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Bytes of everything that must arrive before a player flies.
    const CRITICAL_PATH_BYTES_MAX: usize = 350 * 1024;

    #[test]
    fn the_page_names_only_files_that_exist() {
        if IS_EMPTY {
            return;
        }
        for asset in assets().iter().filter(|asset| !asset.content_type.contains("wasm")) {
            let text = std::str::from_utf8(asset.identity).unwrap();
            assert!(!text.contains("{{"), "{} has an unknown placeholder", asset.path);
        }
        let page = std::str::from_utf8(asset("/").unwrap().identity).unwrap();
        for attribute in ["src=\"", "href=\""] {
            for rest in page.split(attribute).skip(1) {
                let path = rest.split('"').next().unwrap();
                assert!(asset(path).is_some(), "{path}");
            }
        }
    }

    #[test]
    fn what_is_kept_for_ever_has_a_hash_in_its_name() {
        for asset in assets() {
            let hash = asset.etag.trim_matches('"');
            assert_eq!(asset.immutable, asset.path.contains(hash), "{}", asset.path);
            assert_eq!(asset.immutable, asset.path != "/");
        }
    }

    #[test]
    fn the_page_has_no_inline_script_or_style() {
        if IS_EMPTY {
            return;
        }
        let page = std::str::from_utf8(asset("/").unwrap().identity).unwrap();
        for tag in page.split("<script").skip(1) {
            let (attributes, rest) = tag.split_once('>').unwrap();
            assert!(attributes.contains("src="), "{attributes}");
            assert!(rest.starts_with("</script>"));
        }
        assert!(
            !page.contains("<style") && !page.contains(" style=") && !page.contains(" onload=")
        );
    }

    #[test]
    fn what_a_player_waits_for_stays_small() {
        let bytes: usize = assets().iter().map(|asset| asset.brotli.len()).sum();
        assert!(bytes <= CRITICAL_PATH_BYTES_MAX, "{bytes} bytes");
    }
}
