//! Headers that are lists.

use hyper::HeaderMap;
use hyper::header::HeaderName;

/// The members of a header that is a list, however many lines it is spread over.
pub(super) fn members<'a>(
    headers: &'a HeaderMap,
    name: &HeaderName,
) -> impl Iterator<Item = &'a str> {
    let values = headers.get_all(name).into_iter();
    values.filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(',')).map(str::trim)
}
