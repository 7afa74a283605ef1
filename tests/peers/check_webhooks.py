"""The libraries of Standard Webhooks, for Python and for Node, as judges of the webhooks that tenants get."""

import json
import urllib.request

from checks import raised
from node import Node
from standardwebhooks import Webhook, WebhookVerificationError

RECEIVER = "peers"
PASSWORD = "correct horse battery"


def run(report, base):
    """`base` is the address of a local cloud that runs every function."""
    node = Node("check_webhooks.js", base, "")
    try:
        token = signed_up(base)
        url = f"{base}/_local/receivers/{RECEIVER}"
        body = {"url": url, "events": ["customer.created"]}
        made = call(base, "POST", "/api/v1/webhook-endpoints", body, token, key="endpoint")["data"]
        endpoint, first = made["endpoint"]["id"], made["secret"]
        verified(report, node, "a test", first, lambda: call(base, "POST", f"/api/v1/webhook-endpoints/{endpoint}/test", {}, token), base)
        customer = {"name": "Café Rp 10.000 ✓", "externalId": "peers:1"}
        verified(report, node, "an event", first, lambda: call(base, "POST", "/api/v1/customers", customer, token, key="one"), base)
        rotated = call(base, "POST", f"/api/v1/webhook-endpoints/{endpoint}/rotate-secret", {}, token)["data"]["secret"]
        again = {"name": "After the rotation", "externalId": "peers:2"}
        message = verified(
            report, node, "after a rotation", rotated, lambda: call(base, "POST", "/api/v1/customers", again, token, key="two"), base
        )
        judged(report, node, "after a rotation, with the former secret", first, message)
        refused(report, node, rotated, message)
    finally:
        node.stop()


def verified(report, node, what, secret, cause, base):
    """What `cause` makes us send, once both libraries took it."""
    cause()
    call(base, "POST", "/_local/drain", {})
    message = call(base, "GET", f"/_local/receivers/{RECEIVER}")["arrived"][-1]
    judged(report, node, what, secret, message)
    return message


def judged(report, node, what, secret, message):
    expected = json.loads(message["raw"])
    report.equal(f"standardwebhooks for Python: {what}", lambda: Webhook(secret).verify(message["raw"], headers(message)), expected)
    ask = {"payload": message["raw"], "headers": headers(message), "secret": secret}
    report.equal(f"standardwebhooks for Node: {what}", lambda: node.do("verify", **ask), {"ok": expected})


def refused(report, node, secret, message):
    """A judge that takes everything proves nothing."""
    forged = {**message, "raw": message["raw"].replace("customer.created", "customer.deleted")}
    report.check(
        "standardwebhooks for Python: another body is refused",
        lambda: bool(raised(WebhookVerificationError, lambda: Webhook(secret).verify(forged["raw"], headers(forged)))),
    )
    ask = {"payload": forged["raw"], "headers": headers(forged), "secret": secret}
    report.check("standardwebhooks for Node: another body is refused", lambda: "error" in node.do("verify", **ask))


def headers(message):
    return {
        "webhook-id": message["id"],
        "webhook-timestamp": message["timestamp"],
        "webhook-signature": message["signature"],
    }


def signed_up(base):
    owner = {"email": "owner@toko-peers.example", "password": PASSWORD}
    call(base, "POST", "/api/v1/tenants", {"name": "Toko Peers", "slug": "toko-peers", "owner": owner}, key="tenant")
    login = {"email": owner["email"], "password": PASSWORD}
    return call(base, "POST", "/api/v1/auth/login", login, tenant="toko-peers")["data"]["accessToken"]


def call(base, method, path, body=None, token=None, **more):
    known = {"content-type": "application/json", "authorization": f"Bearer {token}" if token else None,
             "x-tenant-id": more.get("tenant"), "idempotency-key": more.get("key")}
    request = urllib.request.Request(
        base + path,
        method=method,
        data=None if method == "GET" else json.dumps(body).encode(),
        headers={name: value for name, value in known.items() if value},
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)
