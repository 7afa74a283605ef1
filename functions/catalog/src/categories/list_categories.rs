//! `GET /api/v1/categories`: the tree of categories, by path.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing or of the tenant (none when known), one query.

use axum::extract::State;
use catalogue::Categories;
use web::{Api, PageOf, Pager, PerhapsCaller, Problem, Reply};

use crate::{ProductsRead, categories::category_view::CategoryView};

/// List categories
///
/// All of them, in the order of their paths, so that each follows the one above it. Without a token, those of the tenant that
/// `X-Tenant-ID` names.
#[utoipa::path(get, path = "/api/v1/categories", responses((status = 200, body = PageOf<CategoryView>)))]
pub async fn list_categories(
    State(api): State<Api>,
    caller: PerhapsCaller<ProductsRead>,
    pager: Pager,
) -> Result<Reply, Problem> {
    let tree = Categories::new(api.table(), caller.scope).tree().await?;
    let views = tree.by_path().into_iter().map(|(_, category)| CategoryView::of(category, &tree)).collect();
    pager.cut(&api, views, |view| view.id.to_string())
}
