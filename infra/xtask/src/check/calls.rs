//! Rules about the counting of calls: every HTTP function's log is subscribed, by nobody in a circle, and nothing is lost.

use super::template::{Template, referent};

/// What the lines that tell of calls contain: `metering::TARGET`, as a phrase.
const PHRASE: &str = "\"ruko::call\"";

/// HTTP functions whose calls nobody counts.
pub(super) fn uncounted(template: &Template) -> Vec<String> {
    let mut complaints = Vec::new();
    for function in template.functions().filter(|function| function.events("HttpApi").next().is_some()) {
        let group = referent(&function.properties["LoggingConfig"]["LogGroup"]);
        let counted = template.functions().any(|reader| {
            let mut subscriptions = reader.events("CloudWatchLogs");
            subscriptions
                .any(|(_, event)| referent(&event["LogGroupName"]) == group && event["FilterPattern"] == PHRASE)
        });
        if !counted {
            complaints.push(format!("{}: no function subscribes to the calls in its log", function.id));
        }
    }
    complaints
}

/// Functions that read logs, and would wake themselves or lose what they cannot handle.
pub(super) fn unsafe_readers(template: &Template) -> Vec<String> {
    let mut complaints = Vec::new();
    for function in template.functions() {
        let own = referent(&function.properties["LoggingConfig"]["LogGroup"]);
        let mut reads = false;
        for (name, event) in function.events("CloudWatchLogs") {
            reads = true;
            if referent(&event["LogGroupName"]) == own {
                complaints
                    .push(format!("{}.{name}: a function that reads its own log wakes itself for ever", function.id));
            }
        }
        if reads && function.properties["EventInvokeConfig"]["DestinationConfig"]["OnFailure"]["Destination"].is_null()
        {
            complaints.push(format!("{}: EventInvokeConfig must say where lines go that are given up", function.id));
        }
    }
    complaints
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "Resources:
  Api:
    Type: AWS::Serverless::Function
    Properties:
      LoggingConfig: {LogGroup: !Ref ApiLogs}
      Events: {Root: {Type: HttpApi, Properties: {Path: /}}}
  Meter:
    Type: AWS::Serverless::Function
    Properties:
      LoggingConfig: {LogGroup: !Ref MeterLogs}
      EventInvokeConfig: {DestinationConfig: {OnFailure: {Type: SQS, Destination: !GetAtt Dlq.Arn}}}
      Events: {Calls: {Type: CloudWatchLogs, Properties: {LogGroupName: !Ref ApiLogs, FilterPattern: '\"ruko::call\"'}}}";

    fn complaints(from: &str, to: &str) -> Vec<String> {
        let template = Template::parse("t.yaml", &GOOD.replace(from, to)).unwrap();
        [uncounted(&template), unsafe_readers(&template)].concat()
    }

    #[test]
    fn a_function_that_counts_all_calls_passes() {
        assert_eq!(complaints("", ""), Vec::<String>::new());
    }

    #[test]
    fn calls_that_nobody_counts_are_found() {
        let complaint = ["Api: no function subscribes to the calls in its log"];
        assert_eq!(complaints("LogGroupName: !Ref ApiLogs", "LogGroupName: !Ref OtherLogs"), complaint);
        assert_eq!(complaints("ruko::call", "ruko::cal"), complaint);
    }

    #[test]
    fn circles_and_losses_are_found() {
        assert_eq!(
            complaints("LogGroup: !Ref MeterLogs", "LogGroup: !Ref ApiLogs"),
            ["Meter.Calls: a function that reads its own log wakes itself for ever"]
        );
        assert_eq!(
            complaints("OnFailure", "OnSuccess"),
            ["Meter: EventInvokeConfig must say where lines go that are given up"]
        );
    }
}
