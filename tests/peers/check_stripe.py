"""Stripe's own clients, for Python and for Node, against the Stripe fake, and as judges of its signatures."""

import urllib.request

import stripe
from checks import raised
from node import Node

KEY = "sk_test_peers0000000000"
SECRET = "whsec_peers"
CARD = "pm_card_visa"

# Signatures that Stripe's libraries agree on: secret, time, body, signature.
VECTORS = [
    (
        "whsec_test_secret",
        1492774577,
        '{"id":"evt_test_1","object":"event"}',
        "9c58ee7d1d982e3b327c03249e54f0008830d92314ce01b769c8a611eb0afd9c",
    ),
    (
        "whsec_5f4dcc3b5aa765d61d8327deb882cf99",
        1750000000,
        '{\n  "id": "evt_1PgTestVector",\n  "object": "event",\n  "type": "payment_intent.succeeded"\n}',
        "cf6c4711494641d178d48cc9932396ce7615ab8eb07482b1e0379f0e9081c4a9",
    ),
    (
        "whsec_test_secret",
        1750000001,
        '{"id":"evt_utf8","object":"event","desc":"Café Rp 10.000 ✓"}',
        "871eb47ecb568beeb8ab375c45b8487d3b88ab1d16b7be50cd452af3939c9cb0",
    ),
]


def card(amount=150_000, **more):
    """A card payment of 1,500 rupiah, which is 150,000 at Stripe."""
    return {"amount": amount, "currency": "idr", "confirm": True, "payment_method": CARD,
            "payment_method_types": ["card"], "return_url": "https://toko.example/paid", **more}


def run(report, cloud, catcher):
    base = cloud.environment["RUKO_STRIPE_URL"]
    account = {"secretKey": KEY, "webhookUrl": catcher.url, "webhookSecret": SECRET}
    cloud.control("POST", "/providers/stripe/accounts", account)
    api = stripe.StripeClient(KEY, base_addresses={"api": base}, max_network_retries=0).v1
    node = Node("check_stripe.js", base, KEY)
    try:
        payments(report, cloud, api)
        keys(report, api)
        refunds(report, api)
        saved(report, api)
        pages(report, api)
        errors(report, cloud, api, base)
        events(report, cloud, api, catcher, node)
        by_node(report, node)
    finally:
        node.stop()


def payments(report, cloud, api):
    def paid():
        metadata = {"payment_id": "peer-1", "tenant": "peers"}
        made = api.payment_intents.create(card(metadata=metadata, expand=["latest_charge"]))
        charge = made.latest_charge
        return made.status, made.amount_received, charge.object, charge.amount_refunded, made.metadata.to_dict() == metadata

    report.equal("stripe: a card pays at once", paid, ("succeeded", 150_000, "charge", 0, True))

    def declined(method):
        error = raised(stripe.CardError, lambda: api.payment_intents.create(card(payment_method=method)))
        return error.http_status, error.code, error.error.decline_code, error.error.payment_intent["status"]

    for method, code, decline in [
        ("pm_card_chargeDeclined", "card_declined", "generic_decline"),
        ("pm_card_visa_chargeDeclinedInsufficientFunds", "card_declined", "insufficient_funds"),
        ("pm_card_chargeDeclinedExpiredCard", "expired_card", "expired_card"),
    ]:
        report.equal(f"stripe: {method} is declined", lambda method=method: declined(method),
                     (402, code, decline, "requires_payment_method"))

    def asked(action):
        made = api.payment_intents.create(card(payment_method="pm_card_threeDSecure2Required"))
        url = made.next_action.redirect_to_url.url
        cloud.control("POST", f"/providers/stripe/{made.id}/{action}")
        after = api.payment_intents.retrieve(made.id)
        return made.status, url.startswith("http"), after.status, after.last_payment_error is not None

    report.equal("stripe: a bank asks, and the payer approves", lambda: asked("approve"),
                 ("requires_action", True, "succeeded", False))
    report.equal("stripe: a bank asks, and the payer declines", lambda: asked("decline"),
                 ("requires_action", True, "requires_payment_method", True))

    def cancelled():
        made = api.payment_intents.create({"amount": 100, "currency": "usd"})
        ended = api.payment_intents.cancel(made.id, {"cancellation_reason": "abandoned"})
        again = raised(stripe.InvalidRequestError, lambda: api.payment_intents.cancel(made.id))
        return ended.status, ended.cancellation_reason, again.code

    report.equal("stripe: cancel", cancelled, ("canceled", "abandoned", "payment_intent_unexpected_state"))

    def found():
        query = "metadata['payment_id']:'peer-1' AND metadata['tenant']:'peers'"
        return [one.metadata["payment_id"] for one in api.payment_intents.search({"query": query}).data]

    report.equal("stripe: search by metadata", found, ["peer-1"])


def keys(report, api):
    def charge(key, **more):
        return api.payment_intents.create(card(**more), options={"idempotency_key": key})

    report.check("stripe: a key twice is one payment", lambda: charge("k1").id == charge("k1").id)
    report.equal("stripe: a key with other parameters", lambda: raised(
        stripe.IdempotencyError, lambda: charge("k1", amount=200_000)).http_status, 400)


def refunds(report, api):
    made = api.payment_intents.create(card())

    def refund(amount):
        done = api.refunds.create({"payment_intent": made.id, "amount": amount, "reason": "requested_by_customer"})
        after = api.payment_intents.retrieve(made.id, {"expand": ["latest_charge"]})
        return done.status, after.latest_charge.amount_refunded

    def refused(amount):
        error = raised(stripe.InvalidRequestError, lambda: refund(amount))
        return error.http_status, error.code

    report.equal("stripe: partial refund", lambda: refund(50_000), ("succeeded", 50_000))
    report.equal("stripe: refund more than is left", lambda: refused(100_001), (400, None))
    report.equal("stripe: the rest, summed up", lambda: refund(100_000), ("succeeded", 150_000))
    report.equal("stripe: refund what is gone", lambda: refused(1), (400, "charge_already_refunded"))
    report.equal("stripe: refunds are listed", lambda: [
        one.amount for one in api.refunds.list({"payment_intent": made.id}).data], [100_000, 50_000])


def saved(report, api):
    customer = api.customers.create({"name": "Budi", "email": "budi@example.com"})

    def kept():
        setup = api.setup_intents.create({"customer": customer.id, "usage": "off_session"})
        method = {"payment_method": "pm_card_authenticationRequiredOnSetup"}
        done = api.setup_intents.confirm(setup.id, method)
        face = api.payment_methods.retrieve(done.payment_method)
        paid = api.payment_intents.create({
            "amount": 500, "currency": "usd", "confirm": True, "off_session": True, "customer": customer.id,
            "payment_method": face.id})
        gone = api.payment_methods.detach(face.id)
        return setup.client_secret.startswith(setup.id), face.card.last4, face.customer == customer.id, paid.status, gone.customer

    report.equal("stripe: a card is saved, charged and removed", kept, (True, "3155", True, "succeeded", None))

    def deleted():
        other = api.customers.create({"name": "Siti"})
        gone = api.customers.delete(other.id)
        again = raised(stripe.InvalidRequestError, lambda: api.customers.delete(other.id))
        return gone.deleted, again.http_status, again.code

    report.equal("stripe: a customer is deleted", deleted, (True, 404, "resource_missing"))

    def away():
        request = {"amount": 500, "currency": "usd", "confirm": True, "off_session": True,
                   "payment_method": "pm_card_authenticationRequired"}
        return raised(stripe.CardError, lambda: api.payment_intents.create(request)).code

    report.equal("stripe: a bank that asks while nobody is there", away, "authentication_required")


def pages(report, api):
    """A page where the payer enters a card: opened, paid by a browser without scripts, and ended."""
    def session(**more):
        marks = {"payment_id": "peer-page", "tenant": "peers", "page": "checkout"}
        price = {"currency": "usd", "unit_amount": 2_999, "product_data": {"name": "Invoice INV-1"}}
        return api.checkout.sessions.create({
            "mode": "payment", "payment_method_types": ["card"], "line_items": [{"quantity": 1, "price_data": price}],
            "adaptive_pricing": {"enabled": False}, "client_reference_id": "peer-page", "metadata": marks,
            "payment_intent_data": {"description": "Invoice INV-1", "metadata": marks},
            "success_url": "https://toko.example/paid", "cancel_url": "https://toko.example/paid", **more})

    def press(made, card):
        address = made.url.split("#")[0]
        urllib.request.build_opener(Stay).open(urllib.request.Request(f"{address}/{card}", method="POST"))

    def paid():
        made = session()
        press(made, "pm_card_visa_chargeDeclined")
        tried = api.checkout.sessions.retrieve(made.id)
        press(made, "pm_card_visa")
        after = api.checkout.sessions.retrieve(made.id)
        intent = api.payment_intents.retrieve(after.payment_intent)
        listed = api.checkout.sessions.list({"payment_intent": intent.id, "limit": 1}).data
        return (made.status, made.payment_intent, tried.status, tried.payment_intent == intent.id, after.status,
                after.payment_status, intent.status, intent.amount, intent.metadata["page"], listed[0].id == made.id)

    report.equal("stripe: a page is paid after a card that is declined", paid,
                 ("open", None, "open", True, "complete", "paid", "succeeded", 2_999, "checkout", True))

    def ended():
        made = session()
        press(made, "pm_card_visa_chargeDeclined")
        over = api.checkout.sessions.expire(made.id)
        again = raised(stripe.InvalidRequestError, lambda: api.checkout.sessions.expire(made.id)).http_status
        return over.status, over.url, api.payment_intents.retrieve(over.payment_intent).status, again

    report.equal("stripe: a page is ended, and its payment with it", ended, ("expired", None, "canceled", 400))


class Stay(urllib.request.HTTPRedirectHandler):
    """Whatever the page leads to is not followed."""

    def http_error_303(self, request, answer, code, message, headers):
        return answer


def errors(report, cloud, api, base):
    stranger = stripe.StripeClient("sk_live_of_nobody", base_addresses={"api": base}, max_network_retries=0).v1
    report.equal("stripe: unknown key", lambda: raised(
        stripe.AuthenticationError, lambda: stranger.customers.retrieve("cus_1")).http_status, 401)
    report.equal("stripe: unknown payment", lambda: raised(
        stripe.InvalidRequestError, lambda: api.payment_intents.retrieve("pi_none")).code, "resource_missing")
    report.equal("stripe: an unknown parameter", lambda: raised(
        stripe.InvalidRequestError, lambda: api.payment_intents.create(card(nonsense="1"))).param, "nonsense")

    def too_many():
        cloud.control("PUT", "/providers/stripe/settings", {"tooManyRequests": 1})
        error = raised(stripe.RateLimitError, lambda: api.customers.retrieve("cus_1"))
        return error.http_status, error.headers["stripe-should-retry"]

    report.equal("stripe: too many requests", too_many, (429, "true"))


def events(report, cloud, api, catcher, node):
    def caught(kind, intent):
        about = lambda body: body["data"]["object"].get("payment_intent") or body["data"]["object"]["id"]
        return catcher.next_whole(lambda body: body.get("type") == kind and about(body) == intent)

    made = api.payment_intents.create(card())

    def both_agree():
        headers, _, raw = caught("payment_intent.succeeded", made.id)
        header = headers["stripe-signature"]
        event = stripe.Webhook.construct_event(raw, header, SECRET)
        other = node.do("verify", payload=raw.decode(), header=header, secret=SECRET)
        return event["data"]["object"]["id"] == made.id, event["api_version"], other

    report.equal("stripe: an event's signature, for both clients", both_agree,
                 (True, "2026-10-28.endive", {"ok": "payment_intent.succeeded"}))

    def refunded():
        api.refunds.create({"payment_intent": made.id, "amount": 50_000})
        _, body, _ = caught("charge.refunded", made.id)
        return body["data"]["object"]["amount_refunded"]

    report.equal("stripe: the event of a refund", refunded, 50_000)

    def disputed():
        cloud.control("POST", f"/providers/stripe/{made.id}/dispute")
        _, body, _ = caught("charge.dispute.created", made.id)
        return body["data"]["object"]["object"]

    report.equal("stripe: the event of a dispute", disputed, "dispute")

    def won():
        cloud.control("POST", f"/providers/stripe/{made.id}/win-dispute")
        _, body, _ = caught("charge.dispute.closed", made.id)
        return body["data"]["object"]["status"]

    report.equal("stripe: the event of a dispute that was won", won, "won")

    def falsified():
        cloud.control("POST", f"/providers/stripe/{made.id}/notify?falsified=true")
        headers, _, raw = caught("charge.dispute.closed", made.id)
        verify = lambda: stripe.Webhook.construct_event(raw, headers["stripe-signature"], SECRET)
        return raised(stripe.SignatureVerificationError, verify) is not None

    report.check("stripe: a falsified event does not fit its signature", falsified)


def by_node(report, node):
    for place, (secret, time, body, tag) in enumerate(VECTORS, 1):
        signed = lambda body=body, secret=secret, time=time: node.do("sign", payload=body, secret=secret, timestamp=time)
        report.equal(f"stripe: the signature S{place} is Stripe's", signed, {"ok": f"t={time},v1={tag}"})

    def charged():
        params = card(metadata={"payment_id": "node-1"})
        first = node.do("charge", params=params, idempotencyKey="n1")["ok"]
        again = node.do("charge", params=params, idempotencyKey="n1")["ok"]
        refund = node.do("refund", params={"payment_intent": first["id"], "amount": 100})
        return first["status"], first["metadata"], first["id"] == again["id"], refund

    report.equal("stripe: Node's client charges and refunds", charged,
                 ("succeeded", {"payment_id": "node-1"}, True, {"ok": "succeeded"}))

    def declined():
        answer = node.do("charge", params=card(payment_method="pm_card_chargeDeclined"), idempotencyKey="n2")
        return answer["error"], answer["code"], answer["declineCode"]

    report.equal("stripe: Node's client is declined", declined, ("StripeCardError", "card_declined", "generic_decline"))
