//! The rows of this crate as they are stored: each must load, and be written again as it was.

use table::record::from_golden;

use crate::{AgentTurn, AiAgent, AiRun, RunStep, ScoredModel};

#[test]
fn rows_stay_readable() {
    from_golden::<AiRun>(include_str!("golden/ai_run.json")).unwrap();
    from_golden::<AiRun>(include_str!("golden/ai_run.done.json")).unwrap();
    from_golden::<RunStep>(include_str!("golden/run_step.json")).unwrap();
    from_golden::<RunStep>(include_str!("golden/run_step.answered.json")).unwrap();
    from_golden::<AgentTurn>(include_str!("golden/agent_turn.json")).unwrap();
    from_golden::<AiAgent>(include_str!("golden/ai_agent.json")).unwrap();
    from_golden::<ScoredModel>(include_str!("golden/scored_model.json")).unwrap();
}
