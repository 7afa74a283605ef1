"""twilio, Twilio's own client, against the Twilio fake."""

from twilio.base.exceptions import TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.request_validator import RequestValidator
from twilio.rest import Client

from checks import raised

SID = "AC" + "a" * 32
TOKEN = "peers-token"
SENDER = "+15005550006"
NUMBER = "+6281234567890"


class Elsewhere(TwilioHttpClient):
    """The client knows one address only; this one leads it to another."""

    def __init__(self, base):
        super().__init__()
        self.base = base

    def request(self, method, url, **rest):
        return super().request(method, url.replace("https://api.twilio.com", self.base), **rest)


def run(report, cloud, catcher):
    base = cloud.environment["RUKO_TWILIO_URL"]
    cloud.control("POST", "/providers/twilio/accounts", {"accountSid": SID, "authToken": TOKEN, "from": SENDER})
    client = Client(SID, TOKEN, http_client=Elsewhere(base))

    def sent():
        message = client.messages.create(to=NUMBER, from_=SENDER, body="Halo é + 1 & 2")
        return message.status, message.to, message.body, message.num_segments, message.sid.startswith("SM")

    report.equal("twilio: a message", sent, ("queued", NUMBER, "Halo é + 1 & 2", "1", True))

    def in_the_mailbox():
        message = cloud.control("GET", "/messages?channel=sms&to=%2B6281234567890")["messages"][-1]
        return message["from"], message["text"]

    report.equal("twilio: the message is in the mailbox", in_the_mailbox, (SENDER, "Halo é + 1 & 2"))

    def read_again():
        message = client.messages.create(to=NUMBER, from_=SENDER, body="x" * 161)
        again = client.messages(message.sid).fetch()
        listed = [one.sid for one in client.messages.list(to=NUMBER)]
        return again.num_segments, again.date_created is not None, listed[0] == message.sid, len(listed)

    report.equal("twilio: fetch and list", read_again, ("2", True, True, 2))

    def refusal(to=NUMBER, body="x", by=client):
        error = raised(TwilioRestException, lambda: by.messages.create(to=to, from_=SENDER, body=body))
        return error.status, error.code

    for to, code in [
        ("081234567890", 21211),
        ("+15005550001", 21211),
        ("+15005550002", 21612),
        ("+15005550003", 21408),
        ("+15005550004", 21610),
        ("+15005550009", 21614),
    ]:
        report.equal(f"twilio: {to} is refused", lambda to=to: refusal(to=to), (400, code))
    report.equal("twilio: a text that is too long", lambda: refusal(body="x" * 1601), (400, 21617))
    stranger = Client(SID, "wrong", http_client=Elsewhere(base))
    report.equal("twilio: a wrong token", lambda: refusal(by=stranger), (401, 20003))

    def too_many():
        cloud.control("PUT", "/providers/twilio/settings", {"tooManyRequests": 1})
        return refusal()

    report.equal("twilio: too many requests", too_many, (429, 20429))

    # What the fake signs, which Twilio's library proves; the same library signed the cases of our own tests.
    validator = RequestValidator(TOKEN)
    callback = f"{catcher.url}status?notification=ntf_1&x=%C3%A9"

    def reports():
        client.messages.create(to=NUMBER, from_=SENDER, body="Halo", status_callback=callback)
        seen = []
        for status in ("queued", "sent", "delivered"):
            headers, form = catcher.next(lambda form: form.get("MessageStatus") == status)
            proven = validator.validate(callback, form, headers["x-twilio-signature"])
            forged = validator.validate(callback, {**form, "MessageStatus": "failed"}, headers["x-twilio-signature"])
            seen.append((proven, forged))
        return seen

    report.equal("twilio: status callbacks are signed as Twilio's are", reports, [(True, False)] * 3)
