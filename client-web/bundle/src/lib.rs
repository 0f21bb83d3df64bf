//! The built browser client: the files of the page, which the build script hashes, compresses and embeds.

/// A file that the server serves.
#[derive(Clone, Copy, Debug)]
pub struct Asset {
    /// Its path on the server. Every path except the page's contains a hash.
    pub path: &'static str,
    /// Its `Content-Type`.
    pub content_type: &'static str,
    /// Its bytes under `Content-Encoding: br`.
    pub brotli: &'static [u8],
    /// Its bytes under `Content-Encoding: gzip`.
    pub gzip: &'static [u8],
    /// Its uncompressed bytes, for a client that accepts neither.
    pub identity: &'static [u8],
    /// Whether the path always stands for these bytes, so that it may be cached for ever.
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

/// Content-Security-Policy of the page: it may run its own scripts and module, and connect to its own server. No
/// inline script.
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
    use std::io::Read as _;

    use super::*;

    /// Size limit over https of everything that must arrive before a player flies: 40 seconds at 64 kbit/s, half a second
    /// at 5 Mbit/s. The aim is 280 kB.
    const BROTLI_BYTES_MAX: usize = 330_000;
    /// The same limit over plain http, where browsers accept gzip only.
    const GZIP_BYTES_MAX: usize = 415_000;

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
                let path = path.strip_prefix('.').expect("an address relative to the page");
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
        // The list of words is loaded only when somebody asks for words, and of the languages only one, here the largest.
        let is_language = |asset: &Asset| asset.path.starts_with("/locale-");
        let is_awaited = |asset: &Asset| !asset.path.starts_with("/words-") && !is_language(asset);
        let sum = |bytes: fn(&Asset) -> usize| -> usize {
            let language = assets().iter().filter(|it| is_language(it)).map(bytes).max();
            let rest = assets().iter().filter(|it| is_awaited(it)).map(bytes).sum::<usize>();
            rest + language.unwrap_or(0)
        };
        let (brotli, gzip) = (sum(|asset| asset.brotli.len()), sum(|asset| asset.gzip.len()));
        println!("br {brotli}, gzip {gzip}, raw {}", sum(|asset| asset.identity.len()));
        assert!(brotli <= BROTLI_BYTES_MAX, "{brotli} bytes");
        assert!(gzip <= GZIP_BYTES_MAX, "{gzip} bytes");
    }

    #[test]
    fn every_form_of_a_file_holds_the_same_bytes() {
        for asset in assets() {
            let mut brotli = Vec::new();
            brotli::BrotliDecompress(&mut &*asset.brotli, &mut brotli).unwrap();
            assert!(brotli == asset.identity, "{} in Brotli", asset.path);
            let mut gzip = Vec::new();
            flate2::read::GzDecoder::new(asset.gzip).read_to_end(&mut gzip).unwrap();
            assert!(gzip == asset.identity, "{} in gzip", asset.path);
        }
    }
}
