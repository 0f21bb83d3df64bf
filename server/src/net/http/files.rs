//! Files that clients keep: the embedded page, and the content of the game.
//!
//! Addresses carry a hash of what is there, so a browser keeps it for good. Only what is current is asked for again (the
//! page, `/content`), and answered with "not modified" as long as it is the same.

use bytes::Bytes;
use driftfield_client_bundle::Asset;
use driftfield_shared::sim::ContentHash;
use http_body_util::Full;
use hyper::header::{self, HeaderValue};
use hyper::{HeaderMap, Response, StatusCode};

use super::Answer;
use super::encoding::Encoding;
use super::headers::members;
use crate::hub::{Contents, Forms};

/// A file that is answered with.
struct File {
    content_type: &'static str,
    forms: Forms,
    /// Whether the address always stands for these bytes.
    is_immutable: bool,
    /// Its tag, without quotes.
    tag: String,
    /// Whether any page may read it.
    is_public: bool,
}

/// The answer for the path of a file, if there is one.
pub(super) fn answer(path: &str, request: &HeaderMap, contents: &Contents) -> Option<Answer> {
    let file = match path.strip_prefix("/content") {
        Some(rest) => content(rest, contents)?,
        None => page(driftfield_client_bundle::asset(path)?),
    };
    Some(file.answer(request))
}

fn page(asset: &'static Asset) -> File {
    File {
        content_type: asset.content_type,
        forms: Forms {
            identity: Bytes::from_static(asset.identity),
            gzip: Bytes::from_static(asset.gzip),
            brotli: Bytes::from_static(asset.brotli),
        },
        is_immutable: asset.immutable,
        tag: asset.etag.trim_matches('"').to_owned(),
        is_public: false,
    }
}

/// Content of the game, by what follows `/content`: nothing for the current one, or `/` and its name; then `.json` for those
/// who want to read it.
fn content(path: &str, contents: &Contents) -> Option<File> {
    let (place, is_json) = match path.strip_suffix(".json") {
        Some(place) => (place, true),
        None => (path, false),
    };
    let (published, is_immutable) = match place {
        "" => (contents.current(), false),
        _ => {
            let hash: ContentHash = place.strip_prefix('/')?.parse().ok()?;
            (contents.find(hash)?, true)
        }
    };
    let (content_type, forms, kind) = match is_json {
        true => ("application/json", &published.json, "-json"),
        false => ("application/octet-stream", &published.binary, ""),
    };
    let tag = format!("{}{kind}", published.named.hash());
    Some(File { content_type, forms: forms.clone(), is_immutable, tag, is_public: true })
}

impl File {
    fn answer(self, request: &HeaderMap) -> Answer {
        let encoding = Encoding::choose(request);
        let tag = encoding.tag(&self.tag);
        let is_known = knows_tag(request, &tag);
        let body = if is_known { Bytes::new() } else { encoding.bytes(&self.forms) };
        let mut answer = Response::new(Full::new(body));
        if is_known {
            *answer.status_mut() = StatusCode::NOT_MODIFIED;
        }
        let cache = match self.is_immutable {
            true => "public, max-age=31536000, immutable",
            false => "no-cache",
        };
        let headers = answer.headers_mut();
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
        headers.insert(header::VARY, HeaderValue::from_static("Accept-Encoding"));
        if self.is_public {
            let any = HeaderValue::from_static("*");
            headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, any);
        }
        if let Ok(tag) = HeaderValue::from_str(&tag) {
            headers.insert(header::ETAG, tag);
        }
        if !is_known {
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(self.content_type));
            if let Some(name) = encoding.header() {
                headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(name));
            }
        }
        answer
    }
}

/// Whether the client has this representation already. The comparison is the weak one
/// ([RFC 9110 section 13.1.2](https://www.rfc-editor.org/rfc/rfc9110#section-13.1.2)).
fn knows_tag(headers: &HeaderMap, tag: &str) -> bool {
    members(headers, &header::IF_NONE_MATCH)
        .any(|member| member == "*" || member.strip_prefix("W/").unwrap_or(member) == tag)
}

#[cfg(test)]
mod tests {
    use hyper::header::HeaderName;

    use super::*;

    fn with(name: HeaderName, value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(name, HeaderValue::from_static(value))])
    }

    #[test]
    fn a_tag_is_known_alone_in_a_list_and_as_a_weak_one() {
        for value in ["\"abc\"", "\"x\", \"abc\"", "W/\"abc\"", "*"] {
            assert!(knows_tag(&with(header::IF_NONE_MATCH, value), "\"abc\""), "{value}");
        }
        assert!(!knows_tag(&with(header::IF_NONE_MATCH, "\"abcd\""), "\"abc\""));
        assert!(!knows_tag(&HeaderMap::new(), "\"abc\""));
    }
}
