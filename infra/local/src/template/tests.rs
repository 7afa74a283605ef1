use super::*;

/// A small template with one of everything, for the tests of the parts that play it.
pub(crate) const FIXTURE: &str = r#"
Globals:
  Function: {Timeout: 10}
Resources:
  DataStack: {Type: AWS::Serverless::Application, Properties: {Location: infra/data.yaml, Parameters: {Prefix: ruko-local, Stage: local, ProtectData: "false"}}}
  EventBus: {Type: AWS::Events::EventBus, Properties: {Name: !Sub "ruko-${AWS::StackName}"}}
  WorkQueue:
    Type: AWS::SQS::Queue
    Properties:
      VisibilityTimeout: 60
      RedrivePolicy: {deadLetterTargetArn: !GetAtt WorkQueueDlq.Arn, maxReceiveCount: 3}
  WorkQueueDlq: {Type: AWS::SQS::Queue}
  StreamDlq: {Type: AWS::SQS::Queue}
  PaidRule:
    Type: AWS::Events::Rule
    Properties:
      EventBusName: !Ref EventBus
      EventPattern: {source: [ruko], detail-type: [{prefix: "invoice."}]}
      Targets: [{Id: work, Arn: !GetAtt WorkQueue.Arn}]
  Hourly:
    Type: AWS::Scheduler::Schedule
    Properties:
      ScheduleExpression: rate(1 hour)
      FlexibleTimeWindow: {Mode: "OFF"}
      Target: {Arn: !GetAtt WorkQueue.Arn, RoleArn: x, Input: '{"at":"<aws.scheduler.scheduled-time>"}'}
  ApiLogs: {Type: AWS::Logs::LogGroup, Properties: {LogGroupName: /ruko/local/api}}
  ApiFunction:
    Type: AWS::Serverless::Function
    Metadata: {BuildMethod: rust-cargolambda, BuildProperties: {Binary: api}}
    Properties:
      LoggingConfig: {LogGroup: !Ref ApiLogs}
      Events:
        Root: {Type: HttpApi, Properties: {Path: /api/v1/things, Method: ANY}}
        Proxy: {Type: HttpApi, Properties: {Path: "/api/v1/things/{proxy+}", Method: ANY}}
        One: {Type: HttpApi, Properties: {Path: "/api/v1/things/{id}/name", Method: get}}
  MeterFunction:
    Type: AWS::Serverless::Function
    Metadata: {BuildProperties: {Binary: meter}}
    Properties:
      EventInvokeConfig:
        MaximumRetryAttempts: 1
        DestinationConfig: {OnFailure: {Type: SQS, Destination: !GetAtt StreamDlq.Arn}}
      Events:
        Calls: {Type: CloudWatchLogs, Properties: {LogGroupName: !Ref ApiLogs, FilterPattern: '"ruko::call"'}}
  RestFunction:
    Type: AWS::Serverless::Function
    Metadata: {BuildProperties: {Binary: rest}}
    Properties:
      Events:
        Elsewhere: {Type: HttpApi, Properties: {ApiId: x}}
  WorkerFunction:
    Type: AWS::Serverless::Function
    Metadata: {BuildProperties: {Binary: worker}}
    Properties:
      Timeout: 9
      Events:
        Work:
          Type: SQS
          Properties:
            Queue: !GetAtt WorkQueue.Arn
            BatchSize: 5
            FunctionResponseTypes: [ReportBatchItemFailures]
  RelayFunction:
    Type: AWS::Serverless::Function
    Metadata: {BuildProperties: {Binary: relay}}
    Properties:
      Events:
        Stream:
          Type: DynamoDB
          Properties:
            Stream: !GetAtt DataStack.Outputs.TableStreamArn
            StartingPosition: TRIM_HORIZON
            BatchSize: 10
            MaximumRetryAttempts: 2
            BisectBatchOnFunctionError: true
            FunctionResponseTypes: [ReportBatchItemFailures]
            FilterCriteria: {Filters: [{Pattern: '{"eventName":["INSERT"],"dynamodb":{"Keys":{"SK":{"S":[{"prefix":"OUT#"}]}}}}'}]}
            DestinationConfig: {OnFailure: {Type: SQS, Destination: !GetAtt StreamDlq.Arn}}
"#;

/// The fixture with the real data stack under it.
pub(crate) fn fixture() -> Template {
    Template::read(&with_data(FIXTURE.to_owned())).unwrap()
}

fn with_data(main: String) -> wiring::Files {
    let data = include_str!("../../../data.yaml").to_owned();
    [(wiring::MAIN.to_owned(), main), ("infra/data.yaml".to_owned(), data)].into()
}

#[test]
fn one_of_everything_is_read() {
    let template = fixture();
    assert_eq!(template.functions.keys().collect::<Vec<_>>(), ["api", "meter", "relay", "rest", "worker"]);
    assert_eq!(template.functions["worker"].timeout_seconds, 9);
    assert_eq!(template.functions["api"].timeout_seconds, 10);
    assert_eq!(template.functions["api"].routes.len(), 3);
    assert_eq!(template.functions["rest"].routes, [Route { method: None, path: "$default".to_owned() }]);
    assert_eq!(template.functions["worker"].queues[0].queue, "WorkQueue");
    assert!(template.functions["worker"].queues[0].reports_failures);
    let stream = template.functions["relay"].stream.as_ref().unwrap();
    assert_eq!((stream.batch_size, stream.retries, stream.bisects), (10, Some(2), true));
    assert_eq!(stream.on_failure.as_deref(), Some("StreamDlq"));
    let logs = &template.functions["meter"].logs;
    let subscription = Subscription { group: "ApiLogs".to_owned(), phrase: "ruko::call".to_owned() };
    assert_eq!((&logs.subscriptions, logs.retries), (&vec![subscription], 1));
    assert_eq!(logs.on_failure.as_deref(), Some("StreamDlq"));
    assert_eq!(template.functions["api"].log_group.as_ref().unwrap().name, "/ruko/local/api");
    let redrive = template.queues["WorkQueue"].redrive.as_ref().unwrap();
    assert_eq!((redrive.queue.as_str(), redrive.max_receive_count), ("WorkQueueDlq", 3));
    assert_eq!(template.rules[0].queues, ["WorkQueue"]);
    assert_eq!(template.rules[0].bus, "EventBus");
    assert_eq!(template.schedules[0].target, ScheduleTarget::Queue("WorkQueue".to_owned()));
    assert_eq!(template.table.ttl_attribute.as_deref(), Some("ttl"));
    assert_eq!(template.table.create["GlobalSecondaryIndexes"].as_array().unwrap().len(), 3);
}

#[test]
fn wiring_to_nowhere_is_an_error() {
    for (from, to) in [
        ("Arn: !GetAtt WorkQueue.Arn}]", "Arn: !GetAtt LostQueue.Arn}]"),
        ("Type: HttpApi, Properties: {Path: /api/v1/things,", "Type: S3, Properties: {Path: /api/v1/things,"),
        ("rate(1 hour)", "rate(1 moon)"),
        ("{Binary: relay}", "{Binary: worker}"),
        ("LogGroupName: !Ref ApiLogs,", "LogGroupName: !Ref LostLogs,"),
        (r#"'"ruko::call"'"#, r#"'{ $.target = "ruko::call" }'"#),
        (
            "Binary: meter}}\n    Properties:",
            "Binary: meter}}\n    Properties:\n      LoggingConfig: {LogGroup: !Ref ApiLogs}",
        ),
        (r#"{prefix: "invoice."}"#, r#"{wildcard: "invoice.*"}"#),
    ] {
        assert!(FIXTURE.contains(from), "{from}");
        let error = Template::read(&with_data(FIXTURE.replace(from, to))).unwrap_err();
        assert!(!error.to_string().is_empty());
    }
}

#[test]
fn every_template_of_the_workspace_is_embedded() {
    let root = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."));
    let embedded = EMBEDDED.map(|(path, text)| (path.to_owned(), text.to_owned()));
    assert_eq!(wiring::files(&root).unwrap(), embedded.into());
}

#[test]
fn the_real_template_can_be_played() {
    let template = Template::load().unwrap();
    for queue in ["BillingCyclesQueue", "BillingWorkQueue", "DocumentsQueue", "NotificationsQueue"] {
        assert!(template.queues[queue].redrive.is_some(), "{queue}");
    }
    assert_eq!(template.buses, ["EventBus"]);
    assert!(!template.schedules.is_empty());
    assert!(template.functions["relay"].stream.is_some());
    let http = template.functions.values().filter(|function| !function.routes.is_empty());
    assert_eq!(template.functions["meter"].logs.subscriptions.len(), http.count());
}
