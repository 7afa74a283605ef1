//! The list of functions, made of the templates: what has to know all of them takes them from here.

use serde_json::Value;

/// One function of the templates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Its logical id, such as `IdentityFunction`.
    pub id: String,
    /// The binary that it runs, which is the name of its crate too: `identity-api`.
    pub binary: String,
    /// What wakes it.
    pub woken_by: Vec<Waker>,
}

/// What wakes a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Waker {
    /// Requests to the API.
    Http,
    /// A queue that the bus puts events into.
    Bus,
    /// A queue that functions or schedules put messages into.
    Queue,
    /// The table's stream.
    Stream,
    /// Lines of a log.
    Logs,
    /// A schedule.
    Schedule,
}

impl Listed {
    /// The crate as Rust names it: `identity_api`.
    pub fn module(&self) -> String {
        self.binary.replace('-', "_")
    }

    /// The directory of its crate from the root of the repository: `identity-api` is built by `functions/identity`.
    pub fn directory(&self) -> String {
        format!("functions/{}", self.binary.trim_end_matches("-api"))
    }

    /// Whether `waker` wakes it.
    pub fn is_woken_by(&self, waker: Waker) -> bool {
        self.woken_by.contains(&waker)
    }
}

/// The functions of a flat template, by the names of their binaries.
pub fn functions(flat: &Value) -> Vec<Listed> {
    let carried = queues_of_the_bus(flat);
    let mut functions = Vec::new();
    for (id, resource) in flat["Resources"].as_object().into_iter().flatten() {
        let binary = resource["Metadata"]["BuildProperties"]["Binary"].as_str();
        let Some(binary) = binary.filter(|_| resource["Type"] == "AWS::Serverless::Function") else { continue };
        let mut woken_by = Vec::new();
        for event in resource["Properties"]["Events"].as_object().into_iter().flat_map(|events| events.values()) {
            woken_by.extend(match event["Type"].as_str().unwrap_or_default() {
                "HttpApi" => Some(Waker::Http),
                "SQS" if target(&event["Properties"]["Queue"]).is_some_and(|queue| carried.contains(&queue)) => {
                    Some(Waker::Bus)
                }
                "SQS" => Some(Waker::Queue),
                "DynamoDB" => Some(Waker::Stream),
                "CloudWatchLogs" => Some(Waker::Logs),
                "ScheduleV2" => Some(Waker::Schedule),
                _ => None,
            });
        }
        woken_by.sort_unstable();
        woken_by.dedup();
        functions.push(Listed { id: id.clone(), binary: binary.to_owned(), woken_by });
    }
    functions.sort_by(|one, other| one.binary.cmp(&other.binary));
    functions
}

/// The queues that rules of our own bus write into. What AWS' services put onto the account's default bus is no event of ours.
fn queues_of_the_bus(flat: &Value) -> Vec<&str> {
    let resources = flat["Resources"].as_object().into_iter().flat_map(|resources| resources.values());
    let rules = resources.filter(|resource| {
        resource["Type"] == "AWS::Events::Rule" && !resource["Properties"]["EventBusName"].is_null()
    });
    let targets = rules.flat_map(|rule| rule["Properties"]["Targets"].as_array().into_iter().flatten());
    targets.filter_map(|rule_target| target(&rule_target["Arn"])).collect()
}

/// The logical id that a `Ref` or a `GetAtt` names.
pub(crate) fn target(value: &Value) -> Option<&str> {
    value["Ref"].as_str().or_else(|| value["Fn::GetAtt"][0].as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_are_listed_with_what_wakes_them() {
        let flat = crate::parse(
            "Resources:
  Q: {Type: 'AWS::SQS::Queue'}
  W: {Type: 'AWS::SQS::Queue'}
  R: {Type: 'AWS::Events::Rule', Properties: {EventBusName: !Ref B, Targets: [{Arn: !GetAtt Q.Arn}]}}
  S: {Type: 'AWS::Events::Rule', Properties: {Targets: [{Arn: !GetAtt W.Arn}]}}
  Reader:
    Type: AWS::Serverless::Function
    Metadata: {BuildProperties: {Binary: reader}}
    Properties: {Events: {Q: {Type: SQS, Properties: {Queue: !GetAtt Q.Arn}}, W: {Type: SQS, Properties: {Queue: !GetAtt W.Arn}}}}
  Front:
    Type: AWS::Serverless::Function
    Metadata: {BuildProperties: {Binary: front-api}}
    Properties: {Events: {A: {Type: HttpApi}, B: {Type: HttpApi}}}",
        )
        .unwrap();
        let listed = functions(&flat);
        let of = |id: &str, binary: &str, woken_by: &[Waker]| Listed {
            id: id.to_owned(),
            binary: binary.to_owned(),
            woken_by: woken_by.to_vec(),
        };
        assert_eq!(
            listed,
            [of("Front", "front-api", &[Waker::Http]), of("Reader", "reader", &[Waker::Bus, Waker::Queue])]
        );
        assert_eq!((listed[0].module(), listed[0].directory()), ("front_api".to_owned(), "functions/front".to_owned()));
    }
}
