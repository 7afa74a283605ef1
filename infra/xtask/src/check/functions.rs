//! Rules about functions: a crate, a log group, a name, and no event that is lost without a trace.

use serde_json::Value;

use super::template::{Template, referent};
use crate::workspace::Package;

/// API Gateway gives up after 30 seconds; a function that runs longer works for nobody.
const LONGEST_REQUEST_SECONDS: u64 = 29;

/// Crates under `functions/` that no function runs, and functions that run no such crate.
pub(super) fn without_counterpart(template: &Template, packages: &[Package]) -> Vec<String> {
    let mut complaints = Vec::new();
    for package in packages.iter().filter(|package| package.directory.starts_with("functions/")) {
        if !template.functions().any(|function| function.directory == package.directory) {
            complaints.push(format!("{} is not in {}", package.directory, template.path));
        }
    }
    for function in template.functions() {
        let (id, directory, binary) = (function.id, function.directory.as_str(), function.binary);
        if function.properties["CodeUri"] != "." {
            complaints.push(format!("{id}: CodeUri must be . so that all functions share what is compiled"));
        }
        match packages.iter().find(|package| package.directory == directory) {
            None => complaints.push(format!("{id}: {binary} would be built by {directory}, which is no crate")),
            Some(package) if package.name != binary => {
                complaints.push(format!("{id}: Binary is {binary}, but {directory} builds {}", package.name));
            }
            Some(_) => {}
        }
    }
    complaints
}

/// Functions that log into a group that Lambda makes by itself, which keeps everything for ever.
pub(super) fn without_log_group(template: &Template) -> Vec<String> {
    let kept = |group: &str| {
        template
            .resources("AWS::Logs::LogGroup")
            .any(|(id, group_properties)| id == group && !group_properties["RetentionInDays"].is_null())
    };
    template
        .functions()
        .filter(|function| !referent(&function.properties["LoggingConfig"]["LogGroup"]).is_some_and(kept))
        .map(|function| {
            format!("{}: LoggingConfig.LogGroup must be a log group of the template with RetentionInDays", function.id)
        })
        .collect()
}

/// Functions whose alarms would not find them: alarms go by name.
pub(super) fn misnamed(template: &Template) -> Vec<String> {
    let mut complaints = Vec::new();
    for function in template.functions() {
        let binary = function.binary;
        if function.properties["FunctionName"]["Fn::Sub"] != format!("${{AWS::StackName}}-{binary}") {
            complaints.push(format!(
                "{}: FunctionName must be ${{AWS::StackName}}-{binary}, the name its alarms know",
                function.id
            ));
        }
    }
    complaints
}

/// Event sources that would drop what they cannot deliver, or repeat a whole batch for one bad message.
pub(super) fn losing_events(template: &Template) -> Vec<String> {
    let mut complaints = Vec::new();
    for function in template.functions() {
        let reports = |event: &Value| {
            event["FunctionResponseTypes"]
                .as_array()
                .is_some_and(|types| types.iter().any(|kind| kind == "ReportBatchItemFailures"))
        };
        for (name, event) in function.events("SQS") {
            if !reports(event) {
                complaints
                    .push(format!("{}.{name}: FunctionResponseTypes must have ReportBatchItemFailures", function.id));
            }
            if event["ScalingConfig"]["MaximumConcurrency"].is_null() {
                complaints.push(format!("{}.{name}: ScalingConfig.MaximumConcurrency must bound it", function.id));
            }
        }
        for (name, event) in function.events("DynamoDB") {
            if !reports(event) {
                complaints
                    .push(format!("{}.{name}: FunctionResponseTypes must have ReportBatchItemFailures", function.id));
            }
            if event["DestinationConfig"]["OnFailure"]["Destination"].is_null() {
                complaints.push(format!(
                    "{}.{name}: DestinationConfig.OnFailure must say where given-up records go",
                    function.id
                ));
            }
            if event["MaximumRetryAttempts"].is_null() || event["BisectBatchOnFunctionError"] != true {
                complaints.push(format!("{}.{name}: needs MaximumRetryAttempts and BisectBatchOnFunctionError, or one bad record blocks its shard", function.id));
            }
        }
        for (name, event) in function.events("ScheduleV2") {
            if event["DeadLetterConfig"]["Arn"].is_null() {
                complaints
                    .push(format!("{}.{name}: DeadLetterConfig must say where undelivered schedules go", function.id));
            }
        }
        // A function with a URL of its own is waited for there.
        let has_url = !function.properties["FunctionUrlConfig"].is_null();
        if function.events("HttpApi").next().is_some() && !has_url && function.timeout > LONGEST_REQUEST_SECONDS {
            complaints.push(format!("{}: Timeout {} is more than API Gateway waits", function.id, function.timeout));
        }
    }
    for (id, schedule) in template.resources("AWS::Scheduler::Schedule") {
        if schedule["Target"]["DeadLetterConfig"]["Arn"].is_null() {
            complaints.push(format!("{id}: Target.DeadLetterConfig must say where undelivered schedules go"));
        }
    }
    for (id, rule) in template.resources("AWS::Events::Rule") {
        for target in rule["Targets"].as_array().into_iter().flatten() {
            if target["DeadLetterConfig"]["Arn"].is_null() {
                complaints.push(format!("{id}: every target needs a DeadLetterConfig"));
            }
        }
    }
    complaints
}

#[cfg(test)]
mod tests {
    use super::*;

    fn template(body: &str) -> Template {
        Template::parse("template.yaml", &format!("Resources:\n  F:\n    Type: AWS::Serverless::Function\n    Metadata: {{BuildProperties: {{Binary: relay}}}}\n    Properties:\n      CodeUri: .\n{body}")).unwrap()
    }

    fn crate_at(directory: &str, name: &str) -> Package {
        Package { name: name.to_owned(), directory: directory.to_owned(), dependencies: Vec::new() }
    }

    #[test]
    fn a_crate_without_a_function_and_a_function_without_a_crate_are_found() {
        let packages = [crate_at("functions/relay", "relay")];
        assert_eq!(without_counterpart(&template(""), &packages), Vec::<String>::new());
        let packages = [crate_at("functions/notifier", "notifier")];
        assert_eq!(
            without_counterpart(&template(""), &packages),
            [
                "functions/notifier is not in template.yaml",
                "F: relay would be built by functions/relay, which is no crate"
            ]
        );
        let packages = [crate_at("functions/relay", "relay-api")];
        assert_eq!(
            without_counterpart(&template(""), &packages),
            ["F: Binary is relay, but functions/relay builds relay-api"]
        );
    }

    #[test]
    fn a_function_needs_a_log_group_that_forgets() {
        let good = "      LoggingConfig: {LogGroup: !Ref L}\n  L: {Type: 'AWS::Logs::LogGroup', Properties: {RetentionInDays: 7}}";
        let eternal = "      LoggingConfig: {LogGroup: !Ref L}\n  L: {Type: 'AWS::Logs::LogGroup', Properties: {}}";
        let complaint = ["F: LoggingConfig.LogGroup must be a log group of the template with RetentionInDays"];
        assert_eq!(without_log_group(&template(good)), Vec::<String>::new());
        assert_eq!(without_log_group(&template(eternal)), complaint);
        assert_eq!(without_log_group(&template("")), complaint);
    }

    #[test]
    fn a_function_needs_the_name_that_its_alarms_know() {
        assert_eq!(misnamed(&template("      FunctionName: !Sub '${AWS::StackName}-relay'")), Vec::<String>::new());
        assert_eq!(
            misnamed(&template("")),
            ["F: FunctionName must be ${AWS::StackName}-relay, the name its alarms know"]
        );
    }

    #[test]
    fn event_sources_that_lose_events_are_found() {
        let body = "      Timeout: 30
      Events:
        Queue: {Type: SQS, Properties: {Queue: q}}
        Stream: {Type: DynamoDB, Properties: {Stream: s}}
        Route: {Type: HttpApi, Properties: {Path: /}}
  S: {Type: 'AWS::Scheduler::Schedule', Properties: {Target: {Arn: q}}}
  R: {Type: 'AWS::Events::Rule', Properties: {Targets: [{Arn: q}]}}";
        assert_eq!(
            losing_events(&template(body)),
            [
                "F.Queue: FunctionResponseTypes must have ReportBatchItemFailures",
                "F.Queue: ScalingConfig.MaximumConcurrency must bound it",
                "F.Stream: FunctionResponseTypes must have ReportBatchItemFailures",
                "F.Stream: DestinationConfig.OnFailure must say where given-up records go",
                "F.Stream: needs MaximumRetryAttempts and BisectBatchOnFunctionError, or one bad record blocks its shard",
                "F: Timeout 30 is more than API Gateway waits",
                "S: Target.DeadLetterConfig must say where undelivered schedules go",
                "R: every target needs a DeadLetterConfig",
            ]
        );
        let by_url = "      Timeout: 300
      FunctionUrlConfig: {AuthType: NONE, InvokeMode: RESPONSE_STREAM}
      Events: {Route: {Type: HttpApi, Properties: {Path: /}}}";
        assert_eq!(losing_events(&template(by_url)), Vec::<String>::new());
    }
}
