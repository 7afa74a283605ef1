//! Why something around the deployed stack does not work.

/// Why something around the deployed stack does not work.
#[derive(Debug, thiserror::Error)]
pub enum DeployedError {
    /// The outputs are not what they should be.
    #[error("the stack's outputs: {0}")]
    Outputs(String),
    /// The emulator does not do as asked.
    #[error("the emulator did not take {call}: {cause}")]
    Emulator {
        /// The call.
        call: &'static str,
        /// What it said.
        cause: String,
    },
    /// Not one of the stack's queues.
    #[error("the stack's outputs name no queue {0}")]
    NoSuchQueue(String),
    /// There is nothing to send again.
    #[error("no message of the queue {0} was seen, so there is none to deliver again")]
    NothingSeen(String),
    /// Work did not come to an end.
    #[error(
        "the queue {queue} still holds {messages} messages after two minutes, received up to {receives} times; the \
         emulator's log says why"
    )]
    NeverIdle {
        /// The queue's name.
        queue: String,
        /// How many messages it holds.
        messages: usize,
        /// How often one of them was received.
        receives: u64,
    },
    /// Work failed for good.
    #[error("a message ended in {queue}: {body}")]
    Dead {
        /// The dead-letter queue's name.
        queue: String,
        /// The message.
        body: String,
    },
    /// The template has a schedule that this cannot play.
    #[error("the schedule {0} wakes a function; only those that fill a queue can be played on a deployed stack")]
    NotAQueue(String),
}
