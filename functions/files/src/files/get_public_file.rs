//! `GET /api/v1/files/public/{tenant}/{id}`: a public picture, for whoever has its address.
//!
//! Round trips: one rate-limit write, then one read of the tenant beside one of the file.

use axum::{
    extract::{FromRequestParts, State},
    response::{IntoResponse, Response},
};
use files::{StoredFile, StoredFiles};
use http::{HeaderValue, StatusCode, header, request::Parts};
use kernel::{FileId, TenantId};
use table::TenantScope;
use tenancy::{Gate, Tenants};
use web::{Api, Argument, Ids, Limit, Newcomer, Place, Problem, QueryString};

use crate::files::download_file::{FileDownloadQuery, link_to};

/// How long the way to the bytes may be kept: a minute less than the link works.
const CACHED: &str = "public, max-age=240";

/// Anybody: a page fetches all its pictures at once.
#[derive(Clone, Debug)]
pub struct Onlooker;

impl Argument for Onlooker {
    const LEAVES: Place = Place::PRINCIPAL;
}

impl FromRequestParts<Api> for Onlooker {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, Problem> {
        Newcomer::at_address(parts, api, Limit::PUBLIC_FILES).await.map(|_| Self)
    }
}

/// Get a public file
///
/// For everybody: a file's `publicUrl` is such an address, which can stand in pages and as the image of a product. The answer
/// leads to the bytes: follow redirects, as browsers do. A tenant that is over shows none.
#[utoipa::path(
    get, path = "/api/v1/files/public/{tenantId}/{id}",
    responses(
        (status = 303, description = "The bytes are at `Location` for five minutes"),
        (status = 404, description = "NOT_FOUND, FILE_VARIANT_UNKNOWN")
    )
)]
pub async fn get_public_file(
    State(api): State<Api>,
    _anybody: Onlooker,
    Ids(tenant, id): Ids<TenantId, FileId>,
    QueryString(query): QueryString<FileDownloadQuery>,
) -> Result<Response, Problem> {
    let (tenants, stored) = (Tenants::new(api.table()), StoredFiles::new(api.table(), TenantScope::new(tenant)));
    let (tenant, file) = tokio::try_join!(tenants.get(tenant), stored.get(id))?;
    if !tenant.is_some_and(|tenant| tenant.gate(api.now()) != Gate::Closed) {
        return Err(Problem::not_found());
    }
    let file = file.filter(StoredFile::is_public).ok_or_else(Problem::not_found)?;
    let url = link_to(&api, &file, query.variant).await?;
    let mut answer = (StatusCode::SEE_OTHER, [(header::LOCATION, url)]).into_response();
    answer.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static(CACHED));
    Ok(answer)
}

#[cfg(test)]
mod tests {
    use http::Method;
    use serde_json::json;

    use crate::world::{World, picture};

    #[tokio::test]
    async fn everybody_sees_a_public_picture_by_one_address_while_it_is_there() {
        let world = World::open().await;
        let mut body = picture(5);
        body["visibility"] = json!("public");
        assert_eq!(world.upload(&world.customer, body.clone()).await.status, 403, "customers show nothing to all");
        let id = world.ready(&world.owner, body.clone()).await;
        let view = world.get(&world.customer, &format!("/{id}")).await;
        let tenant = world.owner.scope.tenant();
        let address = format!("/api/v1/files/public/{tenant}/{id}");
        assert!(view.text("/data/publicUrl").ends_with(&address), "{}", view.snapshot());
        let seen = async |path: &str| world.client.call(Method::GET, path.to_owned()).send().await;
        let shown = seen(&address).await;
        assert_eq!((shown.status.as_u16(), shown.header("cache-control")), (303, "public, max-age=240"));
        assert!(shown.header("location").contains(&format!("/tenants/{tenant}/files/{id}/")));
        assert_eq!(seen(&format!("{address}?variant=thumb")).await.text("/code"), "FILE_VARIANT_UNKNOWN");

        let members = world.ready(&world.owner, picture(5)).await;
        assert!(world.get(&world.owner, &format!("/{members}")).await.at("/data/publicUrl").is_null());
        let elsewhere = world.stranger.scope.tenant();
        let pending = world.pending(&world.owner, body.clone()).await;
        for hidden in [
            format!("/api/v1/files/public/{tenant}/{members}"),
            format!("/api/v1/files/public/{tenant}/{pending}"),
            format!("/api/v1/files/public/{elsewhere}/{id}"),
            format!("/api/v1/files/public/{tenant}/fil_01JD2Z3M4N5P6Q7R8S9T0V1W2X"),
            format!("/api/v1/files/public/tnt_01JD2Z3M4N5P6Q7R8S9T0V1W2X/{id}"),
        ] {
            let answer = seen(&hidden).await;
            assert_eq!((answer.status.as_u16(), answer.text("/code").as_str()), (404, "NOT_FOUND"), "{hidden}");
        }
        world.call(&world.owner, Method::DELETE, &format!("/{id}")).await;
        assert_eq!(seen(&address).await.status, 404);
        body["contentType"] = json!("application/pdf");
        assert_eq!(world.upload(&world.owner, body).await.text("/code"), "FILE_NOT_PUBLIC");
    }
}
