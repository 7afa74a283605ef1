"""Says how many resources SAM's transform makes of each template that is named: {"template.yaml": 94}."""

import json
import sys

import boto3
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator
from samtranslator.yaml_helper import yaml_parse

REGION = "ap-southeast-3"


def made_of(path):
    with open(path, encoding="utf-8") as file:
        template = yaml_parse(file.read())
    for resource in template["Resources"].values():
        # The transform takes code that was packaged already.
        if resource["Type"] == "AWS::Serverless::Function":
            resource["Properties"]["CodeUri"] = "s3://bucket/key"
    if "Transform" not in template:
        return len(template["Resources"])
    values = {name: parameter.get("Default", "x") for name, parameter in template.get("Parameters", {}).items()}
    translator = Translator({}, Parser(), boto_session=boto3.Session(region_name=REGION))
    return len(translator.translate(template, {**values, "AWS::Region": REGION})["Resources"])


print(json.dumps({path: made_of(path) for path in sys.argv[1:]}))
