//! The rows of this crate as they are stored: each must load, and be written again as it was.

use table::record::from_golden;

use crate::{SearchChange, SearchIndex, Synonyms};

#[test]
fn rows_stay_readable() {
    from_golden::<SearchChange>(include_str!("golden/search_change.json")).unwrap();
    from_golden::<SearchChange>(include_str!("golden/search_change.gone.json")).unwrap();
    from_golden::<SearchIndex>(include_str!("golden/search_index.json")).unwrap();
    from_golden::<SearchIndex>(include_str!("golden/search_index.new.json")).unwrap();
    from_golden::<Synonyms>(include_str!("golden/synonyms.json")).unwrap();
}
