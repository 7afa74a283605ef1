"""Midtrans' own Python client against the Midtrans fake."""

import hashlib
import itertools

from checks import raised
from midtransclient import CoreApi
from midtransclient.config import ApiConfig
from midtransclient.error_midtrans import MidtransAPIError

KEY = "SB-Mid-server-peers0000000000"
MERCHANT = "G000000001"
number = itertools.count(1)


def order(amount, **channel):
    details = {"order_id": f"peer-{next(number)}", "gross_amount": amount}
    return {"transaction_details": details, **channel}


def bca(amount=100_000):
    return order(amount, payment_type="bank_transfer", bank_transfer={"bank": "bca"})


def qris(amount=100_000):
    return order(amount, payment_type="qris", qris={"acquirer": "gopay"})


def crc16(text):
    """CRC-16/CCITT-FALSE, which ends every QRIS code."""
    crc = 0xFFFF
    for byte in text.encode():
        crc ^= byte << 8
        for _ in range(8):
            crc = (crc << 1 ^ 0x1021 if crc & 0x8000 else crc << 1) & 0xFFFF
    return f"{crc:04X}"


def run(report, cloud, catcher):
    ApiConfig.CORE_SANDBOX_BASE_URL = cloud.environment["RUKO_MIDTRANS_URL"]
    merchant = {"serverKey": KEY, "merchantId": MERCHANT, "notificationUrl": catcher.url}
    cloud.control("POST", "/providers/midtrans/merchants", merchant)
    api = CoreApi(server_key=KEY)
    charges(report, api)
    lives(report, cloud, api)
    refunds(report, cloud, api)
    errors(report, cloud, api)
    notifications(report, cloud, api, catcher)


def charges(report, api):
    def charged(request, *fields):
        answer = api.charge(request)
        details = request["transaction_details"]
        common = (answer["status_code"], answer["transaction_status"], answer["order_id"], answer["gross_amount"])
        expected = ("201", "pending", details["order_id"], f"{details['gross_amount']}.00")
        known = (answer["merchant_id"], answer["currency"]) == (MERCHANT, "IDR")
        return True if common == expected and known and all(fields_of(answer, fields)) else (False, answer)

    def fields_of(answer, fields):
        return [check(answer) for check in fields]

    echannel = {"bill_info1": "Payment:", "bill_info2": "Online"}
    report.check("midtrans: charge bca", lambda: charged(
        bca(), lambda a: a["va_numbers"][0]["bank"] == "bca", lambda a: a["va_numbers"][0]["va_number"].isdigit(),
        lambda a: len(a["expiry_time"]) == 19))
    report.check("midtrans: charge qris, its code ends in its own checksum", lambda: charged(
        qris(), lambda a: a["acquirer"] == "gopay", lambda a: a["actions"][0]["name"] == "generate-qr-code",
        lambda a: crc16(a["qr_string"][:-4]) == a["qr_string"][-4:]))
    report.check("midtrans: charge echannel", lambda: charged(
        order(50_000, payment_type="echannel", echannel=echannel), lambda a: a["biller_code"] == "70012",
        lambda a: a["bill_key"].isdigit()))
    report.check("midtrans: charge cstore, without a fraud status", lambda: charged(
        order(50_000, payment_type="cstore", cstore={"store": "alfamart"}), lambda a: a["payment_code"].isdigit(),
        lambda a: a["store"] == "alfamart", lambda a: "fraud_status" not in a))


def lives(report, cloud, api):
    def status(reference):
        answer = api.transactions.status(reference)
        return answer["status_code"], answer["transaction_status"]

    made = api.charge(bca())
    report.equal("midtrans: status by order id", lambda: status(made["order_id"]), ("201", "pending"))
    report.equal("midtrans: status by transaction id", lambda: status(made["transaction_id"]), ("201", "pending"))

    def cancelled():
        answer = api.transactions.cancel(made["order_id"])
        return answer["status_code"], answer["transaction_status"], *status(made["order_id"])

    report.equal("midtrans: cancel", cancelled, ("200", "cancel", "200", "cancel"))

    def expired():
        late = api.charge(bca())["order_id"]
        answer = api.transactions.expire(late)
        return answer["status_code"], answer["transaction_status"], *status(late)

    report.equal("midtrans: expire answers 407, which is no error", expired, ("407", "expire", "407", "expire"))

    def settled():
        paid = api.charge(bca())["order_id"]
        cloud.control("POST", f"/providers/midtrans/{paid}/settle")
        refused = raised(MidtransAPIError, lambda: api.transactions.cancel(paid))
        return (*status(paid), refused.http_status_code)

    report.equal("midtrans: a settled payment cannot be cancelled", settled, ("200", "settlement", 412))


def refunds(report, cloud, api):
    made = api.charge(qris(90_000))["order_id"]
    cloud.control("POST", f"/providers/midtrans/{made}/settle")

    def refund(key, amount):
        answer = api.transactions.refundDirect(made, {"refund_key": key, "amount": amount, "reason": "peer"})
        return answer["transaction_status"], answer["refund_amount"], answer["refund_key"]

    def code(reference, key, amount):
        parameters = {"refund_key": key, "amount": amount}
        return raised(MidtransAPIError, lambda: api.transactions.refund(reference, parameters)).http_status_code

    report.equal("midtrans: partial refund", lambda: refund("a", 30_000), ("partial_refund", "30000.00", "a"))
    report.equal("midtrans: refund more than is left", lambda: code(made, "b", 60_001), 414)
    report.equal("midtrans: refund with a used key", lambda: code(made, "a", 1_000), 406)
    report.equal("midtrans: the rest, summed up", lambda: refund("c", 60_000), ("refund", "90000.00", "c"))

    def listed():
        answer = api.transactions.status(made)
        return answer["transaction_status"], [one["refund_key"] for one in answer["refunds"]], answer["refund_amount"]

    report.equal("midtrans: status lists the refunds", listed, ("refund", ["a", "c"], "90000.00"))

    def of_a_transfer():
        paid = api.charge(bca())["order_id"]
        cloud.control("POST", f"/providers/midtrans/{paid}/settle")
        return code(paid, "d", 1_000)

    report.equal("midtrans: a bank transfer cannot be refunded", of_a_transfer, 412)


def errors(report, cloud, api):
    def refused(call):
        error = raised(MidtransAPIError, call)
        body = error.api_response_dict
        shaped = isinstance(body["status_message"], str) and isinstance(body["id"], str)
        return error.http_status_code, body["status_code"], shaped

    stranger = CoreApi(server_key="Mid-server-of-nobody")
    report.equal("midtrans: unknown key", lambda: refused(lambda: stranger.charge(bca())), (401, "401", True))
    report.equal("midtrans: unknown order", lambda: refused(lambda: api.transactions.status("none")), (404, "404", True))
    twice = bca()
    api.charge(twice)
    report.equal("midtrans: an order twice", lambda: refused(lambda: api.charge(twice)), (406, "406", True))

    def unsummed():
        request = {**bca(), "item_details": [{"id": "1", "name": "Paket", "price": 1, "quantity": 1}]}
        error = raised(MidtransAPIError, lambda: api.charge(request))
        return error.http_status_code, bool(error.api_response_dict["validation_messages"])

    report.equal("midtrans: items that do not add up", unsummed, (400, True))

    def in_the_body():
        settings = cloud.control("GET", "/providers/midtrans/settings")
        cloud.control("PUT", "/providers/midtrans/settings", {**settings, "errorsInBody": True})
        try:
            return refused(lambda: api.transactions.status("none"))
        finally:
            cloud.control("PUT", "/providers/midtrans/settings", settings)

    report.equal("midtrans: an error in the body alone", in_the_body, (200, "404", True))


def notifications(report, cloud, api, catcher):
    def signed(body):
        text = body["order_id"] + body["status_code"] + body["gross_amount"] + KEY
        return hashlib.sha512(text.encode()).hexdigest() == body["signature_key"]

    def caught(made, status):
        """The notification of a state, and what the client confirms it to be."""
        fits = lambda body: (body["order_id"], body["transaction_status"]) == (made["order_id"], status)
        headers, body = catcher.next(fits)
        confirmed = api.transactions.notification(body)
        agree = all(confirmed[name] == body[name] for name in ("transaction_id", "transaction_status", "gross_amount"))
        return True if signed(body) and agree and headers["user-agent"] == "Veritrans" else (False, body, confirmed)

    made = api.charge(bca(123_456))
    report.check("midtrans: notification of a pending charge, signed and confirmed", lambda: caught(made, "pending"))
    cloud.control("POST", f"/providers/midtrans/{made['order_id']}/settle")
    report.check("midtrans: notification of its settlement, signed and confirmed", lambda: caught(made, "settlement"))
    late = api.charge(qris())
    api.transactions.expire(late["order_id"])
    report.check("midtrans: notification of an expiry, signed and confirmed", lambda: caught(late, "expire"))

    def falsified():
        cloud.control("POST", f"/providers/midtrans/{made['order_id']}/notify?tamper=amount")
        fits = lambda body: body["order_id"] == made["order_id"]
        return not signed(catcher.next(fits)[1])

    report.check("midtrans: a falsified amount does not fit its signature", falsified)
