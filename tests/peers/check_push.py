"""web-push, whom others send with, against the fake of a browser and its push service."""

import datetime

from node import Node


def run(report, cloud, catcher):
    base = cloud.environment["RUKO_WEB_PUSH_URL"]
    peer = Node("check_push.js", base, "")
    now = cloud.control("GET", "/clock")["now"]
    seconds = int(datetime.datetime.fromisoformat(now.replace("Z", "+00:00")).timestamp())

    def send(subscription, payload):
        return peer.do("send", subscription=subscription, payload=payload, now=seconds)

    browser = cloud.control("POST", "/providers/push/browsers", {})
    payload = '{"title":"Tagihan \u2615","body":"Rp10.000"}'
    report.equal("web-push: a message is taken", lambda: send(browser["subscription"], payload), {"ok": 201})

    def shown():
        message = cloud.control("GET", f"/messages?channel=push&to={browser['id']}")["messages"][-1]
        return message["subject"], message["text"]

    report.equal("web-push: the browser reads it", shown, ("Tagihan \u2615", "Rp10.000"))
    other = cloud.control("POST", "/providers/push/browsers", {})
    mixed = {"endpoint": browser["subscription"]["endpoint"], "keys": other["subscription"]["keys"]}
    report.equal("web-push: encrypted for another browser", lambda: send(mixed, payload), {"ok": 400})
    cloud.control("DELETE", f"/providers/push/browsers/{browser['id']}")
    report.equal("web-push: a browser that is closed", lambda: send(browser["subscription"], payload), {"ok": 410})
    peer.stop()
