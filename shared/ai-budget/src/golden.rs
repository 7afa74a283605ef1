//! The rows of this crate as they are stored: each must load, and be written again as it was.

use table::record::from_golden;

use crate::{AiSettings, AiUsage, KeptAnswer, MonthSpend, ProviderKey};

#[test]
fn rows_stay_readable() {
    from_golden::<ProviderKey>(include_str!("golden/provider_key.json")).unwrap();
    from_golden::<AiSettings>(include_str!("golden/ai_settings.json")).unwrap();
    from_golden::<AiSettings>(include_str!("golden/ai_settings.first.json")).unwrap();
    from_golden::<AiUsage>(include_str!("golden/ai_usage.json")).unwrap();
    from_golden::<AiUsage>(include_str!("golden/ai_usage.expired.json")).unwrap();
    from_golden::<KeptAnswer>(include_str!("golden/kept_answer.json")).unwrap();
    let spend = from_golden::<MonthSpend>(include_str!("golden/month_spend.json")).unwrap();
    assert_eq!(spend.holds().values().map(|hold| hold.nano).collect::<Vec<_>>(), [60_000_000]);
}
