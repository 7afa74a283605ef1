"""pwnedpasswords, a client of the range API of Have I Been Pwned, against the fake of it."""

import urllib.error
import urllib.request

import pwnedpasswords
from pwnedpasswords.pwnedpasswords import PwnedPasswordsAPI

from checks import raised

LEAKED = "kuda besi di jalan tol"


def run(report, cloud, _catcher):
    base = cloud.environment["RUKO_BREACHED_PASSWORDS_URL"]
    # The client knows one address only; this leads it to another.
    PwnedPasswordsAPI.url = staticmethod(lambda *parts, **_: "/".join([base, *parts]))

    report.equal("pwnedpasswords: one that leaked", lambda: pwnedpasswords.check(LEAKED), 384)
    report.equal("pwnedpasswords: one beyond ASCII", lambda: pwnedpasswords.check("naik kereta café ke Bandung"), 2)
    report.equal("pwnedpasswords: one that did not", lambda: pwnedpasswords.check("kuda benar baterai"), 0)

    def entries():
        return pwnedpasswords.Password(LEAKED).range()

    def unpadded():
        counts = entries().values()
        return len(counts) < 800, 0 in counts

    report.equal("pwnedpasswords: a range without padding", unpadded, (True, False))

    def padded():
        # It asks for no padding itself, and takes what every opener of urllib adds.
        opener = urllib.request.build_opener()
        opener.addheaders = [("Add-Padding", "true")]
        urllib.request.install_opener(opener)
        try:
            counts = list(entries().values())
        finally:
            urllib.request.install_opener(urllib.request.build_opener())
        return 800 <= len(counts) <= 1000, counts.count(384), counts.count(0) > len(counts) // 2

    report.equal("pwnedpasswords: a padded range", padded, (True, 1, True))

    def refused():
        error = raised(urllib.error.HTTPError, lambda: PwnedPasswordsAPI.request("range", "XYZ"))
        return error.code

    report.equal("pwnedpasswords: a prefix that is none", refused, 400)

    def asked():
        last = cloud.control("GET", "/providers/breached-passwords")["asked"]
        return [one["padded"] for one in last if one["target"] == "/range/180CF"]

    report.equal("pwnedpasswords: what was asked is told", asked, [False, False, True])
