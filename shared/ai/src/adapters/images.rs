//! Images in messages.

/// Where an image is.
pub(super) enum Image<'a> {
    /// In the message: its type and its bytes in base64.
    Inline { media_type: &'a str, data: &'a str },
    /// On the web.
    At(&'a str),
}

/// An image's URL, read; `None` where it is neither `data:` in base64 nor `https:`.
pub(super) fn read(url: &str) -> Option<Image<'_>> {
    if let Some(rest) = url.strip_prefix("data:") {
        let (head, data) = rest.split_once(',')?;
        let media_type = head.strip_suffix(";base64")?;
        return media_type.starts_with("image/").then_some(Image::Inline { media_type, data });
    }
    url.starts_with("https://").then_some(Image::At(url))
}
