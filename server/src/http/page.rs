//! The embedded browser client.
//!
//! File names carry a hash of their content, so a browser keeps them for good; only the page itself is
//! asked for again, and answered with "not modified" as long as it is the same.

use bytes::Bytes;
use http_body_util::Full;
use hyper::header::{self, HeaderName, HeaderValue};
use hyper::{HeaderMap, Response, StatusCode};

use super::Answer;

/// The answer for a path of the client, if it has one.
pub(super) fn answer(path: &str, request: &HeaderMap) -> Option<Answer> {
    let asset = driftfield_client_bundle::asset(path)?;
    let is_brotli = accepts_brotli(request) && !asset.brotli.is_empty();
    let body = if is_brotli { asset.brotli } else { asset.identity };
    // One tag for each representation: what is cached under one must not be served as the other.
    let tag = if is_brotli {
        format!("\"{}-br\"", asset.etag.trim_matches('"'))
    } else {
        format!("\"{}\"", asset.etag.trim_matches('"'))
    };
    let is_known = knows_tag(request, &tag);

    let mut answer =
        Response::new(if is_known { Full::default() } else { Full::new(Bytes::from_static(body)) });
    if is_known {
        *answer.status_mut() = StatusCode::NOT_MODIFIED;
    }
    let cache = if asset.immutable { "public, max-age=31536000, immutable" } else { "no-cache" };
    let headers = answer.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    headers.insert(header::VARY, HeaderValue::from_static("Accept-Encoding"));
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        headers.insert(header::ETAG, tag);
    }
    if !is_known {
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(asset.content_type));
        if is_brotli {
            headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("br"));
        }
    }
    Some(answer)
}

/// Whether the client takes brotli. Named with a quality of 0 means that it does not.
fn accepts_brotli(headers: &HeaderMap) -> bool {
    members(headers, &header::ACCEPT_ENCODING).any(|member| {
        let mut parts = member.split(';').map(str::trim);
        let is_named = parts.next().is_some_and(|coding| coding.eq_ignore_ascii_case("br"));
        let is_refused =
            parts.filter_map(|parameter| parameter.split_once('=')).any(|(name, quality)| {
                name.trim().eq_ignore_ascii_case("q")
                    && quality.trim().parse::<f32>().is_ok_and(|quality| quality <= 0.0)
            });
        is_named && !is_refused
    })
}

/// Whether the client has this representation already. The comparison is the weak one
/// ([RFC 9110 section 13.1.2](https://www.rfc-editor.org/rfc/rfc9110#section-13.1.2)).
fn knows_tag(headers: &HeaderMap, tag: &str) -> bool {
    members(headers, &header::IF_NONE_MATCH)
        .any(|member| member == "*" || member.strip_prefix("W/").unwrap_or(member) == tag)
}

/// The members of a header that is a list.
fn members<'a>(headers: &'a HeaderMap, name: &HeaderName) -> impl Iterator<Item = &'a str> {
    headers
        .get_all(name)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(name: HeaderName, value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(name, HeaderValue::from_static(value))])
    }

    #[test]
    fn brotli_is_sent_only_to_who_takes_it() {
        for value in ["br", "gzip, br", "gzip, BR;q=0.5"] {
            assert!(accepts_brotli(&with(header::ACCEPT_ENCODING, value)), "{value}");
        }
        for value in ["", "gzip", "br;q=0", "br; q=0.0", "brotli", "identity;q=1"] {
            assert!(!accepts_brotli(&with(header::ACCEPT_ENCODING, value)), "{value}");
        }
        assert!(!accepts_brotli(&HeaderMap::new()));
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
