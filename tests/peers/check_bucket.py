"""boto3's forms and links, and requests that post and fetch with them, against the bucket of the AWS port."""

import json

import boto3
import requests
from botocore.config import Config

KEY = "quarantine/tnt_01JD2Z3M4N5P6Q7R8S9T0V1W2X/fil_01JD2Z3M4N5P6Q7R8S9T0V1W2X"
# The names and their order are those of our own forms: shared/cloud/src/ports/bucket_links.rs.
FIELDS = ["Content-Type", "key", "x-amz-algorithm", "x-amz-credential", "x-amz-date", "policy", "x-amz-signature"]


def run(report, cloud, _catcher):
    environment = cloud.environment
    endpoint, bucket = environment["RUKO_BUCKET_URL"].rsplit("/", 1)
    s3 = boto3.client(
        "s3",
        endpoint_url=endpoint,
        region_name=environment["AWS_REGION"],
        aws_access_key_id=environment["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=environment["AWS_SECRET_ACCESS_KEY"],
        config=Config(signature_version="s3v4", s3={"addressing_style": "path"}),
    )
    sqs = boto3.client(
        "sqs",
        endpoint_url=environment["AWS_ENDPOINT_URL"],
        region_name=environment["AWS_REGION"],
        aws_access_key_id=environment["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=environment["AWS_SECRET_ACCESS_KEY"],
    )

    def form(size=5, **options):
        conditions = [{"Content-Type": "text/plain"}, ["content-length-range", size, size]]
        return s3.generate_presigned_post(bucket, KEY, {"Content-Type": "text/plain"}, conditions, **options)

    def post(form, content, fields=None):
        fields = {**form["fields"], **(fields or {})}
        return requests.post(form["url"], data=fields, files={"file": ("a.txt", content)}, timeout=30)

    def told():
        url = sqs.get_queue_url(QueueName="FileWorkQueue")["QueueUrl"]
        messages = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
        for message in messages:
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return [record for message in messages for record in json.loads(message["Body"])["Records"]]

    report.equal("bucket: the fields of a form", lambda: list(form()["fields"]), FIELDS)
    report.equal("bucket: where a form goes", lambda: form()["url"], environment["RUKO_BUCKET_URL"])

    def uploaded():
        status = post(form(), b"hello").status_code
        [record] = told()
        stored = record["s3"]["object"]
        return status, record["eventName"], stored["key"], stored["size"]

    report.equal("bucket: a form is taken and told of", uploaded, (204, "ObjectCreated:Post", KEY, 5))

    def refused(answer):
        return answer.status_code, answer.text.split("<Code>")[1].split("</Code>")[0]

    def refusals():
        forged = form()
        forged["fields"]["x-amz-signature"] = "0" * 64
        return [
            refused(post(form(), b"hell")),
            refused(post(form(), b"hello!")),
            refused(post(form(), b"hello", {"Content-Type": "text/html"})),
            refused(post(form(), b"hello", {"acl": "public-read"})),
            refused(post(forged, b"hello")),
            refused(post(form(ExpiresIn=-60), b"hello")),
            told(),
        ]

    report.equal("bucket: what a form does not allow", refusals, [
        (400, "EntityTooSmall"),
        (400, "EntityTooLarge"),
        (403, "AccessDenied"),
        (403, "AccessDenied"),
        (403, "SignatureDoesNotMatch"),
        (403, "AccessDenied"),
        [],
    ])

    def fetched():
        said = {"ResponseContentDisposition": 'attachment; filename="a b.txt"', "ResponseContentType": "text/plain"}
        link = s3.generate_presigned_url("get_object", {"Bucket": bucket, "Key": KEY, **said}, ExpiresIn=300)
        answer = requests.get(link, timeout=30)
        named = answer.headers["content-disposition"], answer.headers["content-type"]
        changed = requests.get(link.replace("a%20b", "a%20c"), timeout=30)
        bare = requests.get(f"{environment['RUKO_BUCKET_URL']}/{KEY}", timeout=30)
        return answer.content, named, refused(changed), refused(bare)

    report.equal("bucket: a link", fetched, (
        b"hello",
        ('attachment; filename="a b.txt"', "text/plain"),
        (403, "SignatureDoesNotMatch"),
        (403, "AccessDenied"),
    ))
