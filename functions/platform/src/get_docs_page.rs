//! `GET /docs/{page}`: a guide, or what the pages are made of: the reference's script and the style.
//!
//! Round trips: one rate-limit write.

use axum::{
    extract::Path,
    response::{IntoResponse, Response},
};
use http::{HeaderName, header};
use web::Problem;

/// The reference: <https://github.com/scalar/scalar>, MIT. Compressed when the function is built.
const SCALAR: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/scalar.js.gz"));
const START: &str = include_str!("docs/start.js");
const STYLE: &str = include_str!("docs/style.css");
const SCRIPT: &str = "text/javascript; charset=utf-8";
/// A day: the pages change with a deployment, and a browser asks again after it.
const KEPT: (HeaderName, &str) = (header::CACHE_CONTROL, "public, max-age=86400");

/// Open a guide
///
/// `quickstart`, `guide`, `events` or `glossary`; and the files that the pages load.
#[utoipa::path(
    get, path = "/docs/{page}",
    params(("page" = String, Path, description = "The guide", example = "quickstart")),
    responses((status = 200, description = "HTML", content_type = "text/html"), (status = 404))
)]
pub async fn get_docs_page(Path(page): Path<String>) -> Result<Response, Problem> {
    let guide = |title: &str, html: &str| crate::frame::page(title, &format!("<main class=guide>{html}</main>"));
    Ok(match page.as_str() {
        "quickstart" => guide("Quickstart", include_str!(concat!(env!("OUT_DIR"), "/quickstart.html"))),
        "guide" => guide("Guide", include_str!(concat!(env!("OUT_DIR"), "/guide.html"))),
        "events" => guide("Events", include_str!(concat!(env!("OUT_DIR"), "/events.html"))),
        "glossary" => guide("Glossary", include_str!(concat!(env!("OUT_DIR"), "/glossary.html"))),
        "scalar.js" => {
            ([(header::CONTENT_TYPE, SCRIPT), (header::CONTENT_ENCODING, "gzip"), KEPT], SCALAR).into_response()
        }
        "start.js" => ([(header::CONTENT_TYPE, SCRIPT), KEPT], START).into_response(),
        "style.css" => ([(header::CONTENT_TYPE, "text/css; charset=utf-8"), KEPT], STYLE).into_response(),
        _ => return Err(Problem::not_found()),
    })
}

#[cfg(test)]
mod tests {
    use testkit::{Answer, Stack};

    use crate::guides;

    fn text(answer: &Answer) -> String {
        String::from_utf8(answer.body.clone()).unwrap()
    }

    #[tokio::test]
    async fn every_guide_and_every_file_of_the_pages_is_there() {
        let client = Stack::start().await.serve(crate::function);
        for guide in guides::GUIDES {
            let page = client.get(format!("/docs/{}", guide.name)).send().await;
            assert_eq!((page.status.as_u16(), page.header("content-type")), (200, "text/html; charset=utf-8"));
        }
        let reference = client.get("/docs").send().await;
        for file in ["scalar.js", "start.js", "style.css"] {
            assert!(text(&reference).contains(&format!("/docs/{file}")), "{file}");
            assert_eq!(client.get(format!("/docs/{file}")).send().await.status, 200, "{file}");
        }
        assert_eq!(client.get("/docs/nothing").send().await.status, 404);
    }

    #[test]
    fn links_to_files_that_are_not_served_are_only_text() {
        let page = guides::html("[here](QUICKSTART.md) [there](decisions/0001.md) [away](https://a.example) [in](#it)");
        assert_eq!(
            page,
            "<p><a href=\"/docs/quickstart\">here</a> there <a href=\"https://a.example\">away</a> <a href=\"#it\">in</a></p>\n"
        );
    }

    #[tokio::test]
    async fn a_code_has_an_anchor_and_links_stay_among_the_pages() {
        let client = Stack::start().await.serve(crate::function);
        let guide = text(&client.get("/docs/guide").send().await);
        assert!(guide.contains("<a id=\"validation-failed\"></a><code>VALIDATION_FAILED</code>"));
        assert!(guide.contains("<h2 id=\"codes\">"));
        let quickstart = text(&client.get("/docs/quickstart").send().await);
        assert!(quickstart.contains("href=\"/docs/guide\"") && !quickstart.contains(".md\""));
    }
}
