//! Which stored form of a file a client gets: Brotli, gzip or the bytes themselves.
//!
//! Browsers offer `br` over https only; on a local network over plain http they offer gzip.

use bytes::Bytes;
use hyper::HeaderMap;
use hyper::header;

use super::headers::members;
use crate::hub::Forms;

/// A content coding ([RFC 9110 section 8.4.1](https://www.rfc-editor.org/rfc/rfc9110#section-8.4.1)).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Encoding {
    /// `br`.
    Brotli,
    /// `gzip`.
    Gzip,
    /// The bytes as they are.
    Identity,
}

impl Encoding {
    /// All, the smallest form first.
    const ALL: [Encoding; 3] = [Encoding::Brotli, Encoding::Gzip, Encoding::Identity];

    /// The encoding that the client likes best by the quality values of its `Accept-Encoding`; of equally liked ones,
    /// the smallest. A client that refuses every form gets the bytes as they are.
    ///
    /// [RFC 9110 section 12.5.3](https://www.rfc-editor.org/rfc/rfc9110#section-12.5.3): what is named counts as it
    /// is named, anything else as `*`; without that, only the bytes as they are may be sent.
    pub(super) fn choose(headers: &HeaderMap) -> Self {
        let mut best = (Encoding::Identity, 0.0);
        for encoding in Encoding::ALL {
            let quality = encoding.quality(headers);
            if quality > best.1 {
                best = (encoding, quality);
            }
        }
        best.0
    }

    /// How much the client likes it, from 0 (refused) to 1.
    fn quality(self, headers: &HeaderMap) -> f32 {
        let quality_of = |is_meant: fn(&str, Self) -> bool| {
            members(headers, &header::ACCEPT_ENCODING)
                .map(|member| member.split_once(';').unwrap_or((member, "")))
                .find(|(coding, _)| is_meant(coding.trim(), self))
                .map(|(_, parameters)| quality(parameters))
        };
        quality_of(|coding, encoding| encoding.is_named(coding))
            .or_else(|| quality_of(|coding, _| coding == "*"))
            // Sent only where nothing else is liked.
            .unwrap_or(if self == Encoding::Identity { f32::MIN_POSITIVE } else { 0.0 })
    }

    fn is_named(self, coding: &str) -> bool {
        coding.eq_ignore_ascii_case(self.name())
            // An old name that recipients treat as the same.
            || self == Encoding::Gzip && coding.eq_ignore_ascii_case("x-gzip")
    }

    fn name(self) -> &'static str {
        match self {
            Encoding::Brotli => "br",
            Encoding::Gzip => "gzip",
            Encoding::Identity => "identity",
        }
    }

    /// What `Content-Encoding` says; nothing for the bytes as they are.
    pub(super) fn header(self) -> Option<&'static str> {
        (self != Encoding::Identity).then(|| self.name())
    }

    /// A file in this form.
    pub(super) fn bytes(self, forms: &Forms) -> Bytes {
        match self {
            Encoding::Brotli => forms.brotli.clone(),
            Encoding::Gzip => forms.gzip.clone(),
            Encoding::Identity => forms.identity.clone(),
        }
    }

    /// The tag of a file in this form. One for each: what is cached in one form must not be taken for another.
    pub(super) fn tag(self, plain: &str) -> String {
        match self.header() {
            Some(name) => format!("\"{plain}-{name}\""),
            None => format!("\"{plain}\""),
        }
    }
}

/// The quality among the parameters of a coding: 1 where there is none, 0 where it cannot be understood.
fn quality(parameters: &str) -> f32 {
    let mut weights = parameters.split(';').filter_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        name.trim().eq_ignore_ascii_case("q").then_some(value.trim())
    });
    match weights.next() {
        None => 1.0,
        Some(weight) => weight.parse().ok().filter(|q| (0.0..=1.0).contains(q)).unwrap_or(0.0),
    }
}

#[cfg(test)]
mod tests {
    use hyper::header::HeaderValue;

    use super::*;

    fn chosen(accept: &'static str) -> Encoding {
        let value = HeaderValue::from_static(accept);
        Encoding::choose(&HeaderMap::from_iter([(header::ACCEPT_ENCODING, value)]))
    }

    #[test]
    fn a_browser_gets_brotli_over_https_and_gzip_over_plain_http() {
        assert_eq!(chosen("gzip, deflate, br, zstd"), Encoding::Brotli);
        assert_eq!(chosen("gzip, deflate"), Encoding::Gzip);
        assert_eq!(chosen("GZIP"), Encoding::Gzip);
        assert_eq!(chosen("x-gzip"), Encoding::Gzip);
    }

    #[test]
    fn a_client_that_offers_nothing_known_gets_the_bytes_as_they_are() {
        for accept in ["", "deflate", "zstd, compress", "brotli", "identity"] {
            assert_eq!(chosen(accept), Encoding::Identity, "{accept}");
        }
        assert_eq!(Encoding::choose(&HeaderMap::new()), Encoding::Identity);
    }

    #[test]
    fn the_highest_quality_wins_and_the_smallest_form_among_equals() {
        assert_eq!(chosen("br;q=0.5, gzip"), Encoding::Gzip);
        assert_eq!(chosen("br;q=0.5, gzip;q=0.8, identity;q=0.9"), Encoding::Identity);
        assert_eq!(chosen("gzip;q=0.7, br;q=0.7"), Encoding::Brotli);
        assert_eq!(chosen("br ; Q=0.2 , gzip ; q=0.3"), Encoding::Gzip);
    }

    #[test]
    fn what_is_refused_is_never_sent() {
        assert_eq!(chosen("br;q=0, gzip"), Encoding::Gzip);
        assert_eq!(chosen("br;q=0.0, gzip;q=0.000"), Encoding::Identity);
        assert_eq!(chosen("br;q=many, gzip;q=0.1"), Encoding::Gzip);
        assert_eq!(chosen("gzip;q=0.1, identity;q=0"), Encoding::Gzip);
    }

    #[test]
    fn a_star_speaks_for_what_is_not_named() {
        assert_eq!(chosen("*"), Encoding::Brotli);
        assert_eq!(chosen("br;q=0, *"), Encoding::Gzip);
        assert_eq!(chosen("gzip, *;q=0"), Encoding::Gzip);
        assert_eq!(chosen("*;q=0"), Encoding::Identity, "something has to be sent");
    }
}
