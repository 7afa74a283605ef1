//! The endpoints of a group: what serves them, and apart from that what describes them.

use std::convert::Infallible;

use axum::{
    Router,
    extract::Request,
    response::IntoResponse,
    routing::{MethodRouter, Route},
};
use identity::audit::Action;
use tower::{Layer, Service};
use utoipa::openapi::{
    OpenApi, OpenApiBuilder,
    path::{HttpMethod, Operation},
};

use crate::{Api, NeededPermission, Schemas};

/// The endpoints of one function. Their description is put together when it is asked for: no cold start waits for it.
#[derive(Clone)]
pub struct Endpoints {
    pub(crate) group: &'static str,
    pub(crate) router: Router<Api>,
    pub(crate) operations: Vec<Described>,
    permissions: &'static [NeededPermission],
    actions: &'static [Action],
}

/// One of the operations, as its handler and the handler's arguments describe it.
#[derive(Clone)]
pub struct Described {
    /// The path, as it is routed.
    pub path: String,
    /// The methods.
    pub methods: Vec<HttpMethod>,
    /// The description, put together when it is asked for.
    pub operation: fn() -> Operation,
    /// Collects the schemas that the description refers to.
    pub schemas: fn(&mut Schemas),
    /// The file that its module is in, below the function's `src`.
    pub file: &'static str,
}

/// The description of operations.
pub(crate) fn document(operations: &[Described]) -> OpenApi {
    let mut document = OpenApiBuilder::new().build();
    let mut schemas = Schemas::new();
    for described in operations {
        let Described { path, methods, .. } = described.clone();
        document.paths.add_path_operation(path, methods, (described.operation)());
        (described.schemas)(&mut schemas);
    }
    document.components.get_or_insert_default().schemas.extend(schemas);
    document
}

impl Endpoints {
    /// The endpoints of a group, as [`crate::endpoints!`] lists them.
    pub const fn new(group: &'static str, router: Router<Api>, operations: Vec<Described>) -> Self {
        Self { group, router, operations, permissions: &[], actions: &[] }
    }

    /// And which permissions they ask for.
    #[must_use]
    pub fn asking(self, permissions: &'static [NeededPermission]) -> Self {
        Self { permissions, ..self }
    }

    /// And which actions they record in the audit trail.
    #[must_use]
    pub fn recording(self, actions: &'static [Action]) -> Self {
        Self { actions, ..self }
    }

    /// The permissions that they ask for.
    pub const fn permissions(&self) -> &'static [NeededPermission] {
        self.permissions
    }

    /// The actions that they record in the audit trail.
    pub const fn actions(&self) -> &'static [Action] {
        self.actions
    }

    /// The group, which is the tag of them all and what their calls are counted under.
    pub const fn group(&self) -> &'static str {
        self.group
    }

    /// Each as its handler describes it.
    pub fn operations(&self) -> &[Described] {
        &self.operations
    }

    /// Their description.
    pub fn document(&self) -> OpenApi {
        document(&self.operations)
    }

    /// Each with a layer around it.
    #[must_use]
    pub fn layer<L>(self, layer: L) -> Self
    where
        L: Layer<Route> + Clone + Send + Sync + 'static,
        L::Service: Service<Request> + Clone + Send + Sync + 'static,
        <L::Service as Service<Request>>::Response: IntoResponse + 'static,
        <L::Service as Service<Request>>::Error: Into<Infallible> + 'static,
        <L::Service as Service<Request>>::Future: Send + 'static,
    {
        Self { router: self.router.layer(layer), ..self }
    }

    /// And one that is described nowhere.
    #[must_use]
    pub fn route(self, path: &str, method: MethodRouter<Api>) -> Self {
        Self { router: self.router.route(path, method), ..self }
    }
}

/// The endpoints of a group, which is the tag of them all, by the folders that they are in:
/// `endpoints!("payments": payments { create_payment, get_payment }, webhooks { receive_notification })`, or without folders
/// `endpoints!("platform": get_health, get_docs)`. Each is the function of the module of its own name; path and methods are
/// those of its `#[utoipa::path]`, and the rest of its description follows from its arguments.
#[macro_export]
macro_rules! endpoints {
    ($group:literal: $($name:ident),+ $(,)?) => {
        $crate::endpoints!(@listed $group: $([] $name)+)
    };
    ($group:literal: $($folder:ident { $($name:ident),+ $(,)? }),+ $(,)?) => {
        $crate::endpoints!(@listed $group: $($([$folder] $name)+)+)
    };
    (@listed $group:literal: $([$($folder:ident)?] $name:ident)+) => {{
        use utoipa::{__dev::SchemaReferences as _, Path as _};
        let (router, mut operations) = (axum::Router::new(), Vec::new());
        $(
            const _: () = $crate::in_order(&$($folder::)? $name::$name);
            let methods = utoipa_axum::paste! { $($folder::)? $name::[<__path_ $name>]::methods() };
            let method = methods.iter().fold(axum::routing::MethodRouter::new(), |router, method| {
                router.on(utoipa_axum::PathItemExt::to_method_filter(method), $($folder::)? $name::$name)
            });
            let path = utoipa_axum::paste! { $($folder::)? $name::[<__path_ $name>]::path() };
            let router = router.route(&path, method);
            operations.push($crate::Described {
                path,
                methods,
                operation: || utoipa_axum::paste! {
                    $crate::described(
                        &$($folder::)? $name::$name,
                        $group,
                        &$($folder::)? $name::[<__path_ $name>]::path(),
                        $($folder::)? $name::[<__path_ $name>]::operation(),
                    )
                },
                schemas: |schemas| {
                    utoipa_axum::paste! { $($folder::)? $name::[<__path_ $name>]::schemas(schemas) };
                    $crate::schemas_of(&$($folder::)? $name::$name, schemas);
                },
                file: concat!($(stringify!($folder), "/",)? stringify!($name), ".rs"),
            });
        )+
        $crate::Endpoints::new($group, router, operations)
    }};
}
