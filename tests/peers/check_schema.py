"""docs/openapi.json against the running API, by schemathesis: thousands of requests made of the schemas."""

import json
import os
import pathlib
import subprocess
import sys
import urllib.error
import urllib.request
import uuid

HERE = pathlib.Path(__file__).parent
DOCUMENT = HERE.parent.parent / "docs" / "openapi.json"
SCHEMATHESIS = pathlib.Path(sys.executable).parent / "schemathesis"
CHECKS = [
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "what_the_schema_allows_has_the_right_form",
]
# They would end the session that all others are made in.
SIGNING_OUT = ["logout", "logout_all", "change_password", "end_session"]
# What is run, and for how many seconds at most.
RUNS = {"examples,coverage": 120, "fuzzing": 60}


def run(report, base):
    """`base` is the address of a local cloud that runs every function."""
    company = json.dumps(callers(base))
    for phases, seconds in RUNS.items():
        claim = f"PyPI: schemathesis ({phases}) finds no answer that the document does not allow"
        report.check(claim, lambda phases=phases, seconds=seconds: schemathesis(base, company, phases, seconds))


def schemathesis(base, company, phases, seconds):
    environment = {**os.environ, "RUKO_CALLERS": company, "PYTHONPATH": str(HERE)}
    command = [SCHEMATHESIS, "--config-file", HERE / "schemathesis.toml", "run", DOCUMENT, "--url", base, "--seed", "7", "--max-examples", "12"]
    command += ["--phases", phases, "--checks", ",".join(CHECKS), "--warnings", "off", "--no-color"]
    command += ["--max-time", str(seconds), "--continue-on-failure", "--no-shrink"]
    for name in SIGNING_OUT:
        command += ["--exclude-operation-id", name]
    ended = subprocess.run(command, cwd=HERE, env=environment, capture_output=True, text=True, timeout=seconds + 100)
    said = ended.stdout + ended.stderr
    return True if ended.returncode == 0 else (False, said[-6000:])


def callers(base):
    """A company with its session, its API key, and one of each thing that a path can name."""

    def call(method, path, body=None, **headers):
        data = None if body is None else json.dumps(body).encode()
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        headers |= {"Content-Type": "application/json", "Idempotency-Key": str(uuid.uuid4())}
        request = urllib.request.Request(f"{base}{path}", data=data, method=method, headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return json.load(answer).get("data")
        except urllib.error.HTTPError as refused:
            raise RuntimeError(f"{method} {path}: {refused.read().decode()}") from refused

    email, password = "owner@schema.example", "tiga ekor kucing hitam"
    made = call("POST", "/api/v1/tenants", {"name": "Toko Skema", "owner": {"email": email, "password": password}})
    slug, tenant = made["tenant"]["slug"], made["tenant"]["id"]
    session = call("POST", "/api/v1/auth/login", {"email": email, "password": password}, X_Tenant_ID=slug)
    mine = {"Authorization": f"Bearer {session['accessToken']}"}
    key = call("POST", "/api/v1/api-keys", {"name": "schema", "scopes": ["*"]}, **mine)
    customer = call("POST", "/api/v1/customers", {"name": "Budi", "email": "budi@maju.example"}, **mine)
    subscription = {"planKey": "PREMIUM", "currency": "IDR", "customerId": customer["id"]}
    subscription = call("POST", "/api/v1/subscriptions", subscription, **mine)
    call("POST", "/_local/drain", {})
    invoice = call("GET", "/api/v1/invoices", **mine)[0]
    payment = call("POST", "/api/v1/payments", {"invoiceId": invoice["id"], "method": "bca_va"}, **mine)
    role = call("POST", "/api/v1/roles", {"name": "CASHIER", "permissions": ["payments:*"]}, **mine)
    visitor = {"email": "siti@schema.example", "username": "siti", "password": password}
    user = call("POST", "/api/v1/auth/register", visitor, X_Tenant_ID=slug)["user"]
    things = {
        "customers": customer["id"],
        "subscriptions": subscription["id"],
        "invoices": invoice["id"],
        "payments": payment["id"],
        "tenants": tenant,
        "users": user["id"],
        "roles": role["name"],
    }
    return {"tenant": slug, "session": session["accessToken"], "key": key["key"], "things": things}

