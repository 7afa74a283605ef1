//! Rules about stacks: none comes near the resources that CloudFormation takes, and all say the same of their functions.

use std::collections::BTreeMap;

use serde_json::Value;

use super::template::Template;
use crate::{failure::Failure, workspace};

/// CloudFormation takes 500 resources a stack. What is between is room for a release in a hurry.
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html>
const MOST: usize = 400;

/// Nested, but neither data nor wiring.
const WATCHING: [&str; 2] = ["infra/observability.yaml", "infra/alarms.yaml"];

/// How many resources each template makes after SAM's transform, by its path.
pub(crate) fn counts() -> Result<BTreeMap<String, usize>, Failure> {
    let wiring = workspace::templates()?;
    let paths = wiring.keys().map(String::as_str).chain(WATCHING);
    paths.map(|path| Ok((path.to_owned(), count(&Template::load(path)?.root)))).collect()
}

/// Templates that make too many.
pub(super) fn too_many(counts: &BTreeMap<String, usize>) -> Vec<String> {
    let full = counts.iter().filter(|(_, count)| **count > MOST);
    full.map(|(path, count)| {
        format!("{path} makes {count} resources, more than {MOST}: give some of them a stack of their own")
    })
    .collect()
}

/// What the transform makes of one template. `cargo xtask sam-test` compares this with the transform itself.
fn count(template: &Value) -> usize {
    let globals = &template["Globals"]["Function"];
    let resources = template["Resources"].as_object().into_iter().flat_map(|resources| resources.values());
    resources
        .map(|resource| match resource["Type"].as_str().unwrap_or_default() {
            "AWS::Serverless::Function" => of_function(&resource["Properties"], globals),
            // The API and its stage; a domain, its mapping and its record.
            "AWS::Serverless::HttpApi" if resource["Properties"]["Domain"].is_null() => 2,
            "AWS::Serverless::HttpApi" => 5,
            _ => 1,
        })
        .sum()
}

/// The function itself, its version and alias, a role unless it names one, and what its events need.
fn of_function(own: &Value, globals: &Value) -> usize {
    let says = |property: &str| !own[property].is_null() || !globals[property].is_null();
    let published = if says("AutoPublishAlias") { 2 } else { 0 };
    let role = usize::from(!says("Role"));
    let asynchronous = usize::from(says("EventInvokeConfig"));
    // The URL, and two permissions to call it where anybody may.
    let url = match own["FunctionUrlConfig"]["AuthType"].as_str() {
        None => 0,
        Some("NONE") => 3,
        Some(_) => 1,
    };
    let events = own["Events"].as_object().into_iter().flat_map(|events| events.values());
    1 + published + role + asynchronous + url + events.map(of_event).sum::<usize>()
}

fn of_event(event: &Value) -> usize {
    match event["Type"].as_str().unwrap_or_default() {
        // A permission; a mapping.
        "HttpApi" | "SQS" | "DynamoDB" => 1,
        // The schedule, and a role unless it names one.
        "ScheduleV2" => 1 + usize::from(event["Properties"]["RoleArn"].is_null()),
        // A permission, and what invokes: a subscription, a rule.
        _ => 2,
    }
}

/// Templates whose `Globals` say something else of their functions than the main one's.
pub(super) fn differing_globals(files: &wiring::Files) -> Result<Vec<String>, Failure> {
    let mut globals = wiring::globals(files).map_err(|error| Failure::new(error.to_string()))?;
    let main = globals.remove(wiring::MAIN).unwrap_or_default();
    let mut complaints = Vec::new();
    for (path, of_workers) in globals {
        differences(&main, &of_workers, "", &mut |place| {
            complaints.push(format!("{path}: Globals.Function{place} is not as in {}", wiring::MAIN));
        });
    }
    Ok(complaints)
}

/// Visits each place where two values differ.
fn differences(one: &Value, other: &Value, place: &str, differing: &mut impl FnMut(&str)) {
    let (Some(ones), Some(others)) = (one.as_object(), other.as_object()) else {
        if one != other {
            differing(place);
        }
        return;
    };
    for key in ones.keys().chain(others.keys().filter(|key| !ones.contains_key(*key))) {
        differences(&one[key], &other[key], &format!("{place}.{key}"), differing);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each count is what samtranslator 1.110 makes of it.
    #[test]
    fn functions_count_with_what_the_transform_adds() {
        let of = |globals: &str, resources: &str| {
            let text = format!("Globals: {{Function: {{{globals}}}}}\nResources: {{{resources}}}");
            count(&Template::parse("t.yaml", &text).unwrap().root)
        };
        let function = |own: &str| format!("F: {{Type: 'AWS::Serverless::Function', Properties: {{{own}}}}}");
        assert_eq!(of("", &function("Timeout: 1")), 2);
        assert_eq!(of("", &function("Role: !GetAtt R.Arn")), 1);
        assert_eq!(of("AutoPublishAlias: live", &function("Role: !GetAtt R.Arn")), 3);
        let url = "Role: !GetAtt R.Arn, FunctionUrlConfig: {AuthType: NONE, InvokeMode: RESPONSE_STREAM}";
        assert_eq!(of("AutoPublishAlias: live", &function(url)), 6);
        let http = "Events: {A: {Type: HttpApi, Properties: {ApiId: !Ref Api, Method: ANY, Path: /a}}, B: {Type: HttpApi, Properties: {ApiId: !Ref Api}}}";
        assert_eq!(
            of("AutoPublishAlias: live", &format!("Api: {{Type: 'AWS::Serverless::HttpApi'}}, {}", function(http))),
            8
        );
        let worker = "Role: !GetAtt R.Arn, EventInvokeConfig: {MaximumRetryAttempts: 1}, Events: {
            Q: {Type: SQS, Properties: {Queue: !GetAtt Q.Arn}}, S: {Type: DynamoDB, Properties: {Stream: s, StartingPosition: LATEST}},
            L: {Type: CloudWatchLogs, Properties: {LogGroupName: l, FilterPattern: ''}},
            M: {Type: ScheduleV2, Properties: {ScheduleExpression: rate(1 minute), RoleArn: !GetAtt R.Arn}},
            N: {Type: ScheduleV2, Properties: {ScheduleExpression: rate(1 minute)}}}";
        assert_eq!(of("AutoPublishAlias: live", &format!("Q: {{Type: 'AWS::SQS::Queue'}}, {}", function(worker))), 12);
    }

    #[test]
    fn a_stack_that_fills_up_is_found() {
        let counts = [("a.yaml".to_owned(), 400), ("b.yaml".to_owned(), 401)].into();
        assert_eq!(
            too_many(&counts),
            ["b.yaml makes 401 resources, more than 400: give some of them a stack of their own"]
        );
    }

    #[test]
    fn workers_that_are_told_something_else_are_found() {
        let main = "
Globals: {Function: {Timeout: 15, Tags: {stage: !Ref Stage}}}
Parameters: {Stage: {Type: String}}
Resources:
  F: {Type: 'AWS::Serverless::Function'}
  Work: {Type: 'AWS::CloudFormation::Stack', Properties: {TemplateURL: w.yaml, Parameters: {Level: !Ref Stage}}}";
        let work = "
Globals: {Function: {Timeout: 15, Tags: {stage: !Ref Level}}}
Parameters: {Level: {Type: String}}
Resources: {G: {Type: 'AWS::Serverless::Function'}}";
        let complaints = |work: String| {
            let files = [(wiring::MAIN.to_owned(), main.to_owned()), ("w.yaml".to_owned(), work)].into();
            differing_globals(&files).unwrap()
        };
        assert_eq!(complaints(work.to_owned()), Vec::<String>::new());
        assert_eq!(
            complaints(work.replace("Timeout: 15", "Timeout: 16").replace("stage: !Ref Level", "level: !Ref Level")),
            [
                "w.yaml: Globals.Function.Tags.stage is not as in template.yaml",
                "w.yaml: Globals.Function.Tags.level is not as in template.yaml",
                "w.yaml: Globals.Function.Timeout is not as in template.yaml",
            ]
        );
    }
}
