//! The Lambda function of runs of models.

fn main() -> Result<(), cloud::EventError> {
    cloud::serve(ai_orchestrator_api::function)
}
