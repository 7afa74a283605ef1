//! Files of tenants and their customers.
//!
//! No bytes pass here: they go straight into the bucket by a form that is signed for one file, and come straight out of it by a
//! link. What came is looked at by the files worker before anybody can fetch it.

mod files;
mod uploads;
#[cfg(test)]
mod world;

use cloud::{Ctx, Function};
use identity::audit::Action;
use web::{Endpoints, NeededPermission, Needs, PlanAccess};

/// The endpoints of this group.
pub fn endpoints() -> Endpoints {
    web::endpoints!(
        "files":
        uploads { create_file_upload },
        files { list_files, get_file, delete_file, restore_file, download_file, get_public_file },
    )
    .asking(PERMISSIONS)
    .recording(ACTIONS)
}

/// What the endpoints ask for.
const PERMISSIONS: &[NeededPermission] = &[NeededPermission::of::<FilesRead>(), NeededPermission::of::<FilesWrite>()];

/// A file was promised.
pub(crate) const FILE_CREATED: Action = Action::new("file.created");
/// A file was deleted.
pub(crate) const FILE_DELETED: Action = Action::new("file.deleted");
/// A file that was deleted is there again.
pub(crate) const FILE_RESTORED: Action = Action::new("file.restored");

/// What the endpoints record in the audit trail.
const ACTIONS: &[Action] = &[FILE_CREATED, FILE_DELETED, FILE_RESTORED];

/// The Lambda function.
pub fn function(ctx: Ctx) -> Function {
    web::serve(ctx, endpoints())
}

/// Seeing files and fetching them.
#[derive(Clone, Copy, Debug)]
pub struct FilesRead;

impl Needs for FilesRead {
    const PERMISSION: &'static str = "files:read";
    const MEANING: &'static str = "See files and fetch them";
    const ACCESS: PlanAccess = PlanAccess::Basic;
}

/// Sending files and deleting them.
#[derive(Clone, Copy, Debug)]
pub struct FilesWrite;

impl Needs for FilesWrite {
    const PERMISSION: &'static str = "files:write";
    const MEANING: &'static str = "Send files, delete and restore them";
    const ACCESS: PlanAccess = PlanAccess::Basic;
}
