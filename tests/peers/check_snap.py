"""Midtrans' own clients, for Python and for Node, against the fake's pages, holds and challenges."""

import itertools

from checks import raised
from midtransclient import CoreApi, Snap
from midtransclient.config import ApiConfig
from midtransclient.error_midtrans import MidtransAPIError
from node import Node

KEY = "SB-Mid-server-peers0000000001"
number = itertools.count(1)


def order(amount=145_000, **more):
    return {"transaction_details": {"order_id": f"snap-{next(number)}", "gross_amount": amount}, **more}


def name_of(request):
    return request["transaction_details"]["order_id"]


def card(token, **more):
    return order(payment_type="credit_card", credit_card={"token_id": token, **more})


def run(report, cloud, catcher):
    base = cloud.environment["RUKO_MIDTRANS_URL"]
    ApiConfig.CORE_SANDBOX_BASE_URL = base
    ApiConfig.SNAP_SANDBOX_BASE_URL = f"{base}/snap/v1"
    merchant = {"serverKey": KEY, "merchantId": "G000000002", "notificationUrl": catcher.url}
    cloud.control("POST", "/providers/midtrans/merchants", merchant)
    core, snap, node = CoreApi(server_key=KEY), Snap(server_key=KEY), Node("check_midtrans.js", base, KEY)
    try:
        pages(report, cloud, core, snap)
        dana(report, cloud, core, snap, catcher)
        holds(report, core)
        by_node(report, cloud, node, catcher)
    finally:
        node.stop()


def pages(report, cloud, core, snap):
    request = order()
    name = name_of(request)

    def opened():
        answer = snap.create_transaction(request)
        return sorted(answer) == ["redirect_url", "token"] and answer["redirect_url"].endswith(answer["token"])

    report.check("snap: a page has a token and an address", opened)
    unknown = lambda: raised(MidtransAPIError, lambda: core.transactions.status(name)).http_status_code
    report.equal("snap: before anything is chosen core knows no transaction", unknown, 404)

    def chosen():
        cloud.control("POST", f"/providers/midtrans/{name}/choose?way=bca_va")
        answer = core.transactions.status(name)
        return answer["transaction_status"], answer["va_numbers"][0]["bank"], answer["gross_amount"]

    report.equal("snap: what is chosen is charged by core", chosen, ("pending", "bca", "145000.00"))

    def taken():
        error = raised(MidtransAPIError, lambda: snap.create_transaction(request))
        return error.http_status_code, error.api_response_dict["error_messages"]

    expected = (400, ["transaction_details.order_id has already been taken"])
    report.equal("snap: its errors have a shape of their own", taken, expected)


def dana(report, cloud, core, snap, catcher):
    request = order(enabled_payments=["dana"])
    name = name_of(request)

    def chosen():
        snap.create_transaction(request)
        cloud.control("POST", f"/providers/midtrans/{name}/choose?way=dana")
        _, told = catcher.next(lambda body: body["order_id"] == name)
        answer = core.transactions.notification(told)
        by_name = raised(MidtransAPIError, lambda: core.transactions.status(name)).http_status_code
        mirrored = answer["order_id"] == answer["transaction_id"] == told["transaction_id"]
        return answer["transaction_status"], answer["status_code"], mirrored, by_name

    report.equal("snap: dana is known by its transaction, in upper case", chosen, ("PENDING", "200", True, 404))


def holds(report, core):
    def held():
        made = core.charge(card("481111-1114-peer", type="authorize"))
        part = {"transaction_id": made["transaction_id"], "gross_amount": 100_000}
        captured = core.capture(part)
        again = raised(MidtransAPIError, lambda: core.capture(part)).http_status_code
        return made["transaction_status"], captured["transaction_status"], captured["gross_amount"], again

    report.equal("midtrans: a part of what is held is captured, once", held, ("authorize", "capture", "100000.00", 412))

    def decided(decide):
        made = core.charge(card("451111-1117-peer"))
        after = decide(made["order_id"])
        return made["fraud_status"], after["transaction_status"], after["fraud_status"]

    approved = lambda: decided(core.transactions.approve)
    report.equal("midtrans: a challenge is approved", approved, ("challenge", "capture", "accept"))
    denied = lambda: decided(core.transactions.deny)
    report.equal("midtrans: a challenge is denied", denied, ("challenge", "deny", "deny"))


def by_node(report, cloud, node, catcher):
    request = order()
    name = name_of(request)

    def paid():
        page = node.do("page", given=request)["ok"]
        cloud.control("POST", f"/providers/midtrans/{name}/choose?way=gopay")
        cloud.control("POST", f"/providers/midtrans/{name}/settle")
        _, told = catcher.next(lambda body: (body["order_id"], body["transaction_status"]) == (name, "settlement"))
        heard = node.do("hear", given=told)["ok"]
        refund = node.do("refund", id=name, given={"refund_key": "n-1", "amount": 5_000, "reason": "peer"})["ok"]
        return bool(page["token"]), heard["transaction_status"], refund["transaction_status"], refund["refund_amount"]

    expected = (True, "settlement", "partial_refund", "5000.00")
    report.equal("midtrans: node opens a page, hears of its payment, and refunds a part", paid, expected)

    def held():
        made = node.do("charge", given=card("481111-1114-peer", type="authorize"))["ok"]
        given = {"transaction_id": made["transaction_id"], "gross_amount": 145_000}
        captured, again = node.do("capture", given=given)["ok"], node.do("capture", given=given)
        cancelled = node.do("cancel", id=made["order_id"])["ok"]
        return captured["transaction_status"], again["status"], cancelled["transaction_status"]

    report.equal("midtrans: node captures what is held, and calls it off", held, ("capture", 412, "cancel"))
    gone = lambda: node.do("status", id="none")["status"]
    report.equal("midtrans: node finds no order that nobody made", gone, 404)
