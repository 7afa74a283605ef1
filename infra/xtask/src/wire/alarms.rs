//! The alarms of every function and queue.

use wiring::{Listed, Waker};

use crate::check::{Template, queues};

pub(super) const FILE: &str = "infra/alarms.yaml";

const HEAD: &str = include_str!("head.yaml");
const FUNCTION: &str = include_str!("function.yaml");
const STREAM: &str = include_str!("stream.yaml");
const QUEUE: &str = include_str!("queue.yaml");
const DEAD_LETTERS: &str = include_str!("dead-letters.yaml");

/// The template of all alarms.
pub(super) fn written(template: &Template, functions: &[Listed]) -> String {
    let mut units = Vec::new();
    for function in functions {
        let id = function.id.trim_end_matches("Function");
        units.push(unit(FUNCTION, id, &function.binary));
        if function.is_woken_by(Waker::Stream) {
            units.push(unit(STREAM, id, &function.binary));
        }
    }
    for (id, properties) in template.resources("AWS::SQS::Queue") {
        // A queue of another name is a complaint of its own.
        let Some(name) = queues::name(properties) else { continue };
        let kind = if queues::is_end(properties) { DEAD_LETTERS } else { QUEUE };
        units.push(unit(kind, id, name));
    }
    format!("{HEAD}{}", units.join("\n"))
}

fn unit(text: &str, id: &str, name: &str) -> String {
    text.replace("<Id>", id).replace("<name>", name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_streams_queues_and_dead_letters_have_their_alarms() {
        let text = "Resources:
  RelayFunction:
    Type: AWS::Serverless::Function
    Metadata: {BuildProperties: {Binary: relay}}
    Properties: {Events: {S: {Type: DynamoDB}}}
  MeterFunction: {Type: AWS::Serverless::Function, Metadata: {BuildProperties: {Binary: meter}}}
  Q: {Type: 'AWS::SQS::Queue', Properties: {QueueName: !Sub '${AWS::StackName}-work'}}
  D: {Type: 'AWS::SQS::Queue', Properties: {QueueName: !Sub '${AWS::StackName}-work-dlq', RedriveAllowPolicy: {redrivePermission: denyAll}}}";
        let template = Template::parse("t.yaml", text).unwrap();
        let written = written(&template, &wiring::functions(&template.root));
        let alarms = Template::parse("alarms.yaml", &written).unwrap();
        let names: Vec<(&str, &str)> = alarms
            .resources("AWS::CloudWatch::Alarm")
            .filter_map(|(id, alarm)| Some((id, alarm["AlarmName"]["Fn::Sub"].as_str()?)))
            .collect();
        assert_eq!(
            names,
            [
                ("DDepth", "${Prefix}-work-dlq-depth"),
                ("MeterErrors", "${Prefix}-meter-errors"),
                ("MeterThrottles", "${Prefix}-meter-throttles"),
                ("QAge", "${Prefix}-work-age"),
                ("RelayErrors", "${Prefix}-relay-errors"),
                ("RelayLag", "${Prefix}-relay-lag"),
                ("RelayThrottles", "${Prefix}-relay-throttles"),
            ]
        );
        let watched = &alarms.root["Resources"]["QAge"]["Properties"]["Dimensions"][0]["Value"]["Fn::Sub"];
        assert_eq!(watched, "${Prefix}-work");
    }
}
