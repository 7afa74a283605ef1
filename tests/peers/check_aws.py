"""boto3 against the AWS port: SQS, SES v2, EventBridge, DynamoDB, Secrets Manager, KMS."""

import json

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError
from checks import raised


def run(report, cloud, _catcher):
    environment = cloud.environment
    config = Config(retries={"total_max_attempts": 1}, connect_timeout=5, read_timeout=30)

    def client(service):
        return boto3.client(
            service,
            endpoint_url=environment["AWS_ENDPOINT_URL"],
            region_name=environment["AWS_REGION"],
            aws_access_key_id=environment["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=environment["AWS_SECRET_ACCESS_KEY"],
            config=config,
        )

    queues(report, cloud, client("sqs"))
    dead_letters(report, client("sqs"))
    mail(report, cloud, client("sesv2"))
    events(report, environment, client("events"), client("sqs"))
    table(report, environment["RUKO_TABLE"], client("dynamodb"))
    secrets(report, client("secretsmanager"))
    data_keys(report, environment["RUKO_KMS_KEY"], client("kms"))


def code(call):
    return raised(ClientError, call).response["Error"]["Code"]


def receive(sqs, url, count=10, **options):
    return sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=count, **options).get("Messages", [])


def queues(report, cloud, sqs):
    url = sqs.get_queue_url(QueueName="NotificationsQueue")["QueueUrl"]

    def attributes():
        kind = {"DataType": "String", "StringValue": "halo"}
        sent = sqs.send_message(QueueUrl=url, MessageBody="satu", MessageAttributes={"kind": kind})
        names = {"MessageAttributeNames": ["All"], "MessageSystemAttributeNames": ["All"]}
        [message] = receive(sqs, url, **names)
        same = message["MessageId"] == sent["MessageId"] and message["MD5OfBody"] == sent["MD5OfMessageBody"]
        seen = message["Body"], message["Attributes"]["ApproximateReceiveCount"], message["MessageAttributes"]
        sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return same, *seen

    kind = {"kind": {"StringValue": "halo", "DataType": "String"}}
    report.equal("sqs: send, receive with attributes, delete", attributes, (True, "satu", "1", kind))

    def unasked():
        sqs.send_message(QueueUrl=url, MessageBody="dua", MessageAttributes=kind)
        [message] = receive(sqs, url)
        sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return sorted(message)

    report.equal("sqs: attributes come only when asked for", unasked, ["Body", "MD5OfBody", "MessageId", "ReceiptHandle"])

    def visibility():
        sqs.send_message(QueueUrl=url, MessageBody="tiga")
        [message] = receive(sqs, url, VisibilityTimeout=30)
        hidden = receive(sqs, url)
        sqs.change_message_visibility(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=0)
        [again] = receive(sqs, url, VisibilityTimeout=30)
        cloud.control("POST", "/clock", {"advance": "31s"})
        [later] = receive(sqs, url, MessageSystemAttributeNames=["ApproximateReceiveCount"])
        sqs.delete_message(QueueUrl=url, ReceiptHandle=later["ReceiptHandle"])
        return hidden, again["MessageId"] == message["MessageId"], later["Attributes"]

    report.equal("sqs: visibility, changed and run out", visibility, ([], True, {"ApproximateReceiveCount": "3"}))

    def batch():
        entries = [{"Id": str(at), "MessageBody": f"b{at}"} for at in range(10)]
        sent = sqs.send_message_batch(QueueUrl=url, Entries=entries)
        messages = receive(sqs, url)
        handles = [{"Id": str(at), "ReceiptHandle": one["ReceiptHandle"]} for at, one in enumerate(messages)]
        deleted = sqs.delete_message_batch(QueueUrl=url, Entries=handles)
        return len(sent["Successful"]), sent.get("Failed", []), len(messages), len(deleted["Successful"]), receive(sqs, url)

    report.equal("sqs: ten in a batch, sent and deleted", batch, (10, [], 10, 10, []))

    def refused():
        entry = {"Id": "same", "MessageBody": "x"}
        many = [{"Id": str(at), "MessageBody": "x"} for at in range(11)]
        return [
            code(lambda: sqs.send_message_batch(QueueUrl=url, Entries=[entry, entry])),
            code(lambda: sqs.send_message_batch(QueueUrl=url, Entries=many)),
            code(lambda: sqs.get_queue_url(QueueName="Nowhere")),
            code(lambda: sqs.delete_message(QueueUrl=url, ReceiptHandle="nonsense")),
        ]

    report.equal("sqs: what is refused", refused, [
        "AWS.SimpleQueueService.BatchEntryIdsNotDistinct",
        "AWS.SimpleQueueService.TooManyEntriesInBatchRequest",
        "AWS.SimpleQueueService.NonExistentQueue",
        "ReceiptHandleIsInvalid",
    ])
    report.check("sqs: the modelled exception", lambda: isinstance(
        raised(sqs.exceptions.QueueDoesNotExist, lambda: sqs.get_queue_url(QueueName="Nowhere")), ClientError))


def dead_letters(report, sqs):
    def redriven():
        url = sqs.get_queue_url(QueueName="NotificationsQueue")["QueueUrl"]
        attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["RedrivePolicy"])["Attributes"]
        policy = json.loads(attributes["RedrivePolicy"])
        sent = sqs.send_message(QueueUrl=url, MessageBody="racun")["MessageId"]
        tries = 0
        while receive(sqs, url, VisibilityTimeout=0):
            tries += 1
        dead = sqs.get_queue_url(QueueName=policy["deadLetterTargetArn"].rsplit(":", 1)[1])["QueueUrl"]
        [message] = receive(sqs, dead)
        sqs.delete_message(QueueUrl=dead, ReceiptHandle=message["ReceiptHandle"])
        return tries == int(policy["maxReceiveCount"]), message["MessageId"] == sent, list(attributes)

    report.equal("sqs: a message that nobody deletes ends in the dead-letter queue", redriven,
                 (True, True, ["RedrivePolicy"]))


def mail(report, cloud, ses):
    body = {"Text": {"Data": "Halo"}, "Html": {"Data": "<p>Halo</p>"}}
    content = {"Simple": {"Subject": {"Data": "Tagihan"}, "Body": body}}

    def sent():
        answer = ses.send_email(
            FromEmailAddress="Toko <no-reply@example.com>",
            Destination={"ToAddresses": ["peer@example.com"]},
            Content=content,
        )
        [message] = cloud.control("GET", "/messages?channel=email&to=peer@example.com")["messages"]
        return bool(answer["MessageId"]), message["subject"], message["text"], message["html"]

    report.equal("ses: send_email", sent, (True, "Tagihan", "Halo", "<p>Halo</p>"))

    def nobody():
        return code(lambda: ses.send_email(FromEmailAddress="a@example.com", Destination={}, Content=content))

    report.equal("ses: without a recipient", nobody, "BadRequestException")


def events(report, environment, bus, sqs):
    def put():
        good = {"Source": "ruko", "DetailType": "invoice.issued", "Detail": json.dumps({"id": "evt_peer"})}
        bad = {**good, "Detail": "not json"}
        entries = [{**entry, "EventBusName": environment["RUKO_BUS"]} for entry in (good, bad)]
        answer = bus.put_events(Entries=entries)
        url = sqs.get_queue_url(QueueName="DocumentsQueue")["QueueUrl"]
        [message] = receive(sqs, url)
        sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        event = json.loads(message["Body"])
        return (answer["FailedEntryCount"], event["id"] == answer["Entries"][0]["EventId"],
                answer["Entries"][1]["ErrorCode"], event["detail-type"], event["detail"])

    report.equal("events: put_events, by rule to a queue; a bad entry fails alone", put,
                 (1, True, "MalformedDetail", "invoice.issued", {"id": "evt_peer"}))

    def dated():
        entry = {"Source": "ruko", "DetailType": "invoice.issued", "Detail": "{}", "Time": 1_700_000_000.25}
        bus.put_events(Entries=[{**entry, "EventBusName": environment["RUKO_BUS"]}])
        url = sqs.get_queue_url(QueueName="DocumentsQueue")["QueueUrl"]
        [message] = receive(sqs, url)
        sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return json.loads(message["Body"])["time"]

    report.equal("events: an entry keeps its own time", dated, "2023-11-14T22:13:20Z")


def table(report, name, dynamodb):
    key = {"PK": {"S": "T#peer#"}, "SK": {"S": "A"}}
    other = {"PK": {"S": "T#peer#"}, "SK": {"S": "B"}}

    def put_and_get():
        dynamodb.put_item(TableName=name, Item={**key, "count": {"N": "1"}}, ConditionExpression="attribute_not_exists(PK)")
        item = dynamodb.get_item(TableName=name, Key=key, ConsistentRead=True)["Item"]
        twice = lambda: dynamodb.put_item(TableName=name, Item=key, ConditionExpression="attribute_not_exists(PK)")
        return item["count"], code(twice)

    report.equal("dynamodb: put, get, a condition that fails", put_and_get, ({"N": "1"}, "ConditionalCheckFailedException"))

    def transact():
        add = {"TableName": name, "Key": key, "UpdateExpression": "ADD #c :one",
               "ExpressionAttributeNames": {"#c": "count"}, "ExpressionAttributeValues": {":one": {"N": "1"}}}
        put = {"TableName": name, "Item": other, "ConditionExpression": "attribute_not_exists(PK)"}
        items = [{"Update": add}, {"Put": put}]
        dynamodb.transact_write_items(TransactItems=items)
        cancelled = raised(dynamodb.exceptions.TransactionCanceledException,
                           lambda: dynamodb.transact_write_items(TransactItems=items))
        reasons = [reason["Code"] for reason in cancelled.response["CancellationReasons"]]
        count = dynamodb.get_item(TableName=name, Key=key)["Item"]["count"]
        return reasons, count

    report.equal("dynamodb: a transaction is carried out whole or not at all", transact,
                 (["None", "ConditionalCheckFailed"], {"N": "2"}))

    def query():
        answer = dynamodb.query(TableName=name, KeyConditionExpression="PK = :pk", Limit=1, ScanIndexForward=False,
                                ExpressionAttributeValues={":pk": key["PK"]})
        return [item["SK"]["S"] for item in answer["Items"]], answer["LastEvaluatedKey"]

    report.equal("dynamodb: query, a page from the end", query, (["B"], other))


def secrets(report, client):
    def made():
        client.create_secret(Name="ruko/local/peer", SecretString="{}")
        return client.get_secret_value(SecretId="ruko/local/peer")["SecretString"]

    report.equal("secrets: create and read", made, "{}")
    report.equal("secrets: none of that name", lambda: code(lambda: client.get_secret_value(SecretId="none")),
                 "ResourceNotFoundException")


def data_keys(report, key, kms):
    context = {"tenant": "tnt_1", "purpose": "personal data"}
    made = kms.generate_data_key(KeyId=key, KeySpec="AES_256", EncryptionContext=context)

    def opened():
        plain = kms.decrypt(CiphertextBlob=made["CiphertextBlob"], EncryptionContext=context)
        return len(plain["Plaintext"]), plain["Plaintext"] == made["Plaintext"], plain["EncryptionAlgorithm"]

    report.equal("kms: a data key made and opened", opened, (32, True, "SYMMETRIC_DEFAULT"))
    other = context | {"tenant": "tnt_2"}
    report.equal(
        "kms: not for another tenant",
        lambda: code(lambda: kms.decrypt(CiphertextBlob=made["CiphertextBlob"], EncryptionContext=other)),
        "InvalidCiphertextException",
    )
    report.equal(
        "kms: no other key",
        lambda: code(lambda: kms.generate_data_key(KeyId="alias/none", KeySpec="AES_256")),
        "NotFoundException",
    )
