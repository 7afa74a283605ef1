//! Which files a caller sees, and which are theirs to change.

use files::{FileStatus, FileVisibility, StoredFile};
use identity::Reach;
use web::{Caller, Needs, Problem};

/// The file, if the caller sees it; a 404 otherwise, as if there were none. A member sees all of the tenant; a customer their
/// own, and what is ready and for everybody.
pub(crate) fn seen<P: Needs>(caller: &Caller<P>, found: Option<StoredFile>) -> Result<StoredFile, Problem> {
    let file = found.filter(|file| file.status().is_some()).ok_or_else(Problem::not_found)?;
    let is_for_all = match file.visibility {
        FileVisibility::Private => false,
        FileVisibility::Tenant | FileVisibility::Public => file.status() == Some(FileStatus::Ready),
    };
    if is_within_reach(caller, &file) || is_for_all { Ok(file) } else { Err(Problem::not_found()) }
}

/// The file, if the caller may change it: a 403 for one that they only see.
pub(crate) fn held<P: Needs>(caller: &Caller<P>, found: Option<StoredFile>) -> Result<StoredFile, Problem> {
    let file = seen(caller, found)?;
    if is_within_reach(caller, &file) { Ok(file) } else { Err(caller.lacks(P::PERMISSION)) }
}

fn is_within_reach<P: Needs>(caller: &Caller<P>, file: &StoredFile) -> bool {
    match caller.reach {
        Reach::Tenant => true,
        Reach::Own => file.owner == Some(caller.user),
    }
}
