//! Of what kind a body is, by its headers.

use http::{HeaderMap, StatusCode, header};

use crate::Problem;

/// `Ok` for JSON, which is always UTF-8 (RFC 8259, section 8.1).
pub(super) fn is_json(headers: &HeaderMap) -> Result<(), Problem> {
    let mut given = headers.get_all(header::CONTENT_TYPE).iter();
    let only = given.next().filter(|_| given.next().is_none());
    let mut parts = only.and_then(|value| value.to_str().ok()).unwrap_or_default().split(';').map(str::trim);
    let is_json = parts.next().is_some_and(|media_type| media_type.eq_ignore_ascii_case("application/json"));
    if !is_json {
        return Err(unsupported("send the body as Content-Type: application/json"));
    }
    let mut parameters = parts.filter_map(|parameter| parameter.split_once('='));
    if parameters.any(|(name, value)| name.eq_ignore_ascii_case("charset") && !is_utf8(value)) {
        return Err(unsupported("send the body in UTF-8"));
    }
    Ok(())
}

fn is_utf8(charset: &str) -> bool {
    let name = charset.strip_prefix('"').and_then(|name| name.strip_suffix('"')).unwrap_or(charset);
    name.eq_ignore_ascii_case("utf-8")
}

/// `Ok` for what is sent as it is. A compressed body would be as long as it likes once it is read.
pub(crate) fn is_plain(headers: &HeaderMap) -> Result<(), Problem> {
    let plain = headers
        .get_all(header::CONTENT_ENCODING)
        .iter()
        .all(|value| value.as_bytes().eq_ignore_ascii_case(b"identity"));
    if plain {
        Ok(())
    } else {
        Err(unsupported("send the body as it is, without Content-Encoding")
            .with_header(header::ACCEPT_ENCODING, "identity"))
    }
}

pub(crate) fn unsupported(detail: &str) -> Problem {
    Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "UNSUPPORTED_MEDIA_TYPE", detail)
}

#[cfg(test)]
mod tests {
    use http::HeaderName;

    use super::*;

    #[test]
    fn only_plain_json_in_utf_8_is_taken() {
        for (headers, taken) in [
            (&[("content-type", "Application/JSON; charset=utf-8")][..], true),
            (&[("content-type", "application/json;charset=\"UTF-8\"")], true),
            (&[("content-type", "application/json; profile=x")], true),
            (&[("content-type", "application/json; charset=utf-16")], false),
            (&[("content-type", "application/json; profile=x; Charset=\"latin1\"")], false),
            (&[("content-type", "application/json; charset=")], false),
            (&[("content-type", "application/json"), ("content-type", "text/plain")], false),
            (&[("content-type", "application/json"), ("content-encoding", "identity")], true),
            (&[("content-type", "application/json"), ("content-encoding", "gzip")], false),
            (&[("content-type", "text/plain")], false),
            (&[], false),
        ] {
            let named = headers.iter().map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap()));
            let map = named.fold(HeaderMap::new(), |mut map, (name, value)| {
                map.append(name, value);
                map
            });
            assert_eq!(is_plain(&map).and_then(|()| is_json(&map)).is_ok(), taken, "{headers:?}");
        }
    }
}
