"""easypost, EasyPost's own client, against the EasyPost fake."""

import easypost
from easypost.errors import InvalidRequestError, NotFoundError, RateLimitError, UnauthorizedError

from checks import raised

KEY = "EZTKpeers"
SECRET = "peers-secret"
ADDRESS = {
    "name": "Ann Lee",
    "street1": "417 Montgomery St",
    "city": "San Francisco",
    "state": "CA",
    "zip": "94104",
    "country": "US",
}
PARCEL = {"length": 10, "width": 8, "height": 4, "weight": 15.4}


def run(report, cloud, catcher):
    base = cloud.environment["RUKO_EASYPOST_URL"]
    account = {"apiKey": KEY, "webhookUrl": catcher.url, "webhookSecret": SECRET}
    cloud.control("POST", "/providers/carriers/accounts", account)
    client = easypost.EasyPostClient(KEY, api_base=base)

    def created(**more):
        return client.shipment.create(to_address=ADDRESS, from_address=ADDRESS, parcel=PARCEL, **more)

    def rated():
        shipment = created()
        lowest = shipment.lowest_rate()
        return shipment.id.startswith("shp_"), lowest.service, lowest.rate, lowest.currency, len(shipment.rates)

    report.equal("easypost: a shipment and its rates", rated, (True, "GroundAdvantage", "6.07", "USD", 3))

    def found_by_reference():
        shipment = created(reference="ruko-peers-0")
        return client.shipment.retrieve("ruko-peers-0").id == shipment.id

    report.check("easypost: a shipment is found by its reference", found_by_reference)

    def bought():
        shipment = created()
        label = client.shipment.buy(shipment.id, rate=shipment.lowest_rate())
        twice = raised(InvalidRequestError, lambda: client.shipment.buy(shipment.id, rate=shipment.lowest_rate()))
        tracker = client.tracker.retrieve(label.tracker.id)
        kept = (label.selected_rate.rate, label.fees[0].amount, tracker.tracking_code == label.tracking_code)
        return *kept, label.postage_label.label_url.startswith("https://"), twice.http_status, twice.code

    expected = ("6.07", "6.07000", True, True, 422, "SHIPMENT.POSTAGE.EXISTS")
    report.equal("easypost: a label is sold once", bought, expected)

    def given_back():
        shipment = created()
        client.shipment.buy(shipment.id, rate=shipment.lowest_rate())
        return client.shipment.refund(shipment.id).refund_status

    report.equal("easypost: a label is given back", given_back, "submitted")

    def tested():
        codes = ("EZ1000000001", "EZ2000000002", "EZ4000000004", "EZ5000000005")
        return [client.tracker.create(tracking_code=code, carrier="USPS").status for code in codes]

    report.equal("easypost: the test world's trackers", tested, ["pre_transit", "in_transit", "delivered", "return_to_sender"])

    def told():
        shipment = created()
        code = client.shipment.buy(shipment.id, rate=shipment.lowest_rate()).tracking_code
        cloud.control("POST", f"/providers/carriers/parcels/{code}", {"status": "in_transit"})
        about = lambda body: body.get("description") == "tracker.updated" and body["result"]["tracking_code"] == code
        headers, _, raw = catcher.next_whole(about)
        signed = {"X-Hmac-Signature": {name.lower(): value for name, value in headers.items()}["x-hmac-signature"]}
        event = easypost.util.validate_webhook(raw, signed, SECRET)
        forged = raised(
            easypost.errors.SignatureVerificationError,
            lambda: easypost.util.validate_webhook(raw + b" ", signed, SECRET),
        )
        return event["result"]["status"], event["result"]["tracking_details"][0]["status"], bool(forged)

    report.equal("easypost: a parcel is told of, signed as EasyPost does", told, ("in_transit", "in_transit", True))

    stranger = easypost.EasyPostClient("EZTKnobody", api_base=base)
    unknown = lambda: raised(UnauthorizedError, lambda: stranger.shipment.retrieve("shp_1")).http_status
    report.equal("easypost: a key that nobody has", unknown, 401)
    missing = lambda: raised(NotFoundError, lambda: client.shipment.retrieve("shp_nothing")).http_status
    report.equal("easypost: a shipment that is not there", missing, 404)

    def weightless():
        call = lambda: client.shipment.create(to_address=ADDRESS, from_address=ADDRESS, parcel={"weight": 0})
        return raised(InvalidRequestError, call).code

    report.equal("easypost: a parcel without weight", weightless, "PARCEL.WEIGHT.INVALID")

    def too_many():
        cloud.control("PUT", "/providers/carriers/settings", {"tooManyRequests": 1})
        return raised(RateLimitError, created).http_status

    report.equal("easypost: too many requests", too_many, 429)
