//! The rows of this crate as they are stored: each must load, and be written again as it was.

use table::record::from_golden;

use crate::{Behaviour, RecommendationModel, RecommendationSettings, RecommenderState};

#[test]
fn rows_stay_readable() {
    from_golden::<Behaviour>(include_str!("golden/behaviour.json")).unwrap();
    from_golden::<RecommendationModel>(include_str!("golden/recommendation_model.json")).unwrap();
    from_golden::<RecommendationModel>(include_str!("golden/recommendation_model.queued.json")).unwrap();
    from_golden::<RecommendationSettings>(include_str!("golden/recommendation_settings.json")).unwrap();
    from_golden::<RecommenderState>(include_str!("golden/recommender_state.json")).unwrap();
    from_golden::<RecommenderState>(include_str!("golden/recommender_state.training.json")).unwrap();
}
