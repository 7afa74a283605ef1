//! The rows of this crate as they are stored: each must load, and be written again as it was.

use table::record::from_golden;

use crate::{FileCount, StoredContent, StoredFile, repo::FilePointer};

#[test]
fn rows_stay_readable() {
    from_golden::<FilePointer>(include_str!("golden/file_pointer.json")).unwrap();
    from_golden::<FileCount>(include_str!("golden/file_count.json")).unwrap();
    from_golden::<StoredContent>(include_str!("golden/stored_content.json")).unwrap();
    from_golden::<StoredContent>(include_str!("golden/stored_content.owned.json")).unwrap();
    from_golden::<StoredFile>(include_str!("golden/stored_file.json")).unwrap();
    from_golden::<StoredFile>(include_str!("golden/stored_file.deleted.json")).unwrap();
    from_golden::<StoredFile>(include_str!("golden/stored_file.purging.json")).unwrap();
    from_golden::<StoredFile>(include_str!("golden/stored_file.ready.json")).unwrap();
    from_golden::<StoredFile>(include_str!("golden/stored_file.rejected.json")).unwrap();
    from_golden::<StoredFile>(include_str!("golden/stored_file.uploaded.json")).unwrap();
}
