//! The Lambda function of the queue of runs of models.

fn main() -> Result<(), cloud::EventError> {
    cloud::serve(ai_orchestrator_worker::function)
}
