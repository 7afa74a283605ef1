//! Rules about queues: a dead-letter queue, enough visibility, a name.

use serde_json::Value;

use super::template::{Template, referent};

/// 14 days, the most that SQS keeps: a dead letter must outlive a long weekend.
const DEAD_LETTER_SECONDS: u64 = 1_209_600;

/// Fewer tries than this and throttled polls alone would move good messages to the dead letters.
const FEWEST_TRIES: u64 = 5;

/// Queues that would hand out a bad message for ever, and dead-letter queues that forget or take anybody's letters.
pub(super) fn without_redrive(template: &Template) -> Vec<String> {
    let mut complaints = Vec::new();
    let dead = dead_letter_queues(template);
    for (id, queue) in template.resources("AWS::SQS::Queue") {
        let policy = &queue["RedrivePolicy"];
        if dead.contains(&id) || (policy.is_null() && is_end(queue)) {
            if queue["MessageRetentionPeriod"].as_u64() != Some(DEAD_LETTER_SECONDS) {
                complaints.push(format!("{id}: a dead-letter queue keeps messages for {DEAD_LETTER_SECONDS} seconds"));
            }
            if !is_end(queue) {
                complaints.push(format!("{id}: RedriveAllowPolicy must say whose dead letters it takes"));
            }
            continue;
        }
        if referent(&policy["deadLetterTargetArn"]).is_none() {
            complaints.push(format!("{id}: RedrivePolicy must name a dead-letter queue"));
        } else if policy["maxReceiveCount"].as_u64().unwrap_or_default() < FEWEST_TRIES {
            complaints.push(format!("{id}: maxReceiveCount must be at least {FEWEST_TRIES}"));
        }
    }
    for (id, queue) in template.resources("AWS::SQS::Queue") {
        if queue["SqsManagedSseEnabled"] != true && queue["KmsMasterKeyId"].is_null() {
            complaints.push(format!("{id}: must be encrypted"));
        }
    }
    complaints
}

/// Queues that nothing redrives from: they say so by their `RedriveAllowPolicy`.
pub(crate) fn is_end(queue: &Value) -> bool {
    !queue["RedriveAllowPolicy"].is_null()
}

fn dead_letter_queues(template: &Template) -> Vec<&str> {
    template
        .resources("AWS::SQS::Queue")
        .filter_map(|(_, queue)| referent(&queue["RedrivePolicy"]["deadLetterTargetArn"]))
        .collect()
}

/// What a queue is called behind the stack's name.
pub(crate) fn name(queue: &Value) -> Option<&str> {
    queue["QueueName"]["Fn::Sub"].as_str().and_then(|name| name.strip_prefix("${AWS::StackName}-"))
}

/// Queues whose alarms would not find them: alarms go by name.
pub(super) fn misnamed(template: &Template) -> Vec<String> {
    let misnamed = template.resources("AWS::SQS::Queue").filter(|(_, queue)| name(queue).is_none());
    misnamed
        .map(|(id, _)| format!("{id}: QueueName must begin with ${{AWS::StackName}}-, the name its alarms know"))
        .collect()
}

/// Workers that may still be busy with a message when SQS hands it out again: AWS asks for six times the timeout.
pub(super) fn too_little_visibility(template: &Template) -> Vec<String> {
    let mut complaints = Vec::new();
    for function in template.functions() {
        for (name, event) in function.events("SQS") {
            let queue = referent(&event["Queue"]).unwrap_or_default();
            let Some((_, properties)) = template.resources("AWS::SQS::Queue").find(|(id, _)| *id == queue) else {
                complaints.push(format!("{}.{name}: Queue must be a queue of the template", function.id));
                continue;
            };
            let visibility = properties["VisibilityTimeout"].as_u64().unwrap_or(30);
            if function.timeout.saturating_mul(6) >= visibility {
                complaints.push(format!(
                    "{}.{name}: Timeout {} s is not under a sixth of {queue}'s VisibilityTimeout {visibility} s",
                    function.id, function.timeout
                ));
            }
        }
    }
    complaints
}

#[cfg(test)]
mod tests {
    use super::*;

    fn template(resources: &str) -> Template {
        Template::parse("template.yaml", &format!("Resources:\n{resources}")).unwrap()
    }

    const GOOD: &str = "
  Q: {Type: 'AWS::SQS::Queue', Properties: {QueueName: !Sub '${AWS::StackName}-work', SqsManagedSseEnabled: true, VisibilityTimeout: 61, RedrivePolicy: {deadLetterTargetArn: !GetAtt D.Arn, maxReceiveCount: 5}}}
  D: {Type: 'AWS::SQS::Queue', Properties: {QueueName: !Sub '${AWS::StackName}-work-dlq', SqsManagedSseEnabled: true, MessageRetentionPeriod: 1209600, RedriveAllowPolicy: {redrivePermission: denyAll}}}
  F: {Type: 'AWS::Serverless::Function', Properties: {Timeout: 10, Events: {Work: {Type: SQS, Properties: {Queue: !GetAtt Q.Arn}}}}}";

    #[test]
    fn a_whole_queue_passes() {
        assert_eq!(without_redrive(&template(GOOD)), Vec::<String>::new());
        assert_eq!(too_little_visibility(&template(GOOD)), Vec::<String>::new());
    }

    #[test]
    fn a_queue_needs_dead_letters_tries_and_encryption() {
        let bare = "  Q: {Type: 'AWS::SQS::Queue', Properties: {}}";
        assert_eq!(
            without_redrive(&template(bare)),
            ["Q: RedrivePolicy must name a dead-letter queue", "Q: must be encrypted"]
        );
        let hasty = GOOD.replace("maxReceiveCount: 5", "maxReceiveCount: 2");
        assert_eq!(without_redrive(&template(&hasty)), ["Q: maxReceiveCount must be at least 5"]);
    }

    #[test]
    fn a_dead_letter_queue_keeps_its_letters_and_knows_whose_they_are() {
        let forgetful = GOOD.replace("MessageRetentionPeriod: 1209600, ", "");
        assert_eq!(
            without_redrive(&template(&forgetful)),
            ["D: a dead-letter queue keeps messages for 1209600 seconds"]
        );
        let open = GOOD.replace(", RedriveAllowPolicy: {redrivePermission: denyAll}", "");
        assert_eq!(without_redrive(&template(&open)), ["D: RedriveAllowPolicy must say whose dead letters it takes"]);
    }

    #[test]
    fn visibility_is_more_than_six_timeouts() {
        let tight = GOOD.replace("VisibilityTimeout: 61", "VisibilityTimeout: 60");
        assert_eq!(
            too_little_visibility(&template(&tight)),
            ["F.Work: Timeout 10 s is not under a sixth of Q's VisibilityTimeout 60 s"]
        );
        let foreign = GOOD.replace("Queue: !GetAtt Q.Arn", "Queue: arn:aws:sqs:x");
        assert_eq!(too_little_visibility(&template(&foreign)), ["F.Work: Queue must be a queue of the template"]);
    }

    #[test]
    fn a_queue_needs_the_name_that_its_alarms_know() {
        assert_eq!(misnamed(&template(GOOD)), Vec::<String>::new());
        assert_eq!(
            misnamed(&template("  Q: {Type: 'AWS::SQS::Queue', Properties: {}}")),
            ["Q: QueueName must begin with ${AWS::StackName}-, the name its alarms know"]
        );
    }
}
