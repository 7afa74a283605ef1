"""Other people's clients against the local cloud: `cargo xtask peers` runs this with the binary of ruko-local.

One line per check; the status is 1 when any failed.
"""

import sys

import check_aimock
import check_aws
import check_breached_passwords
import check_bucket
import check_clients
import check_easypost
import check_midtrans
import check_localstripe
import check_models
import check_openai
import check_push
import check_schema
import check_snap
import check_stripe
import check_telegram
import check_telegram_test_api
import check_twilio
import check_vader
import check_webhooks
from checks import Report
from local_cloud import Catcher, LocalCloud, WholeCloud


def main(binary):
    report = Report()
    cloud = LocalCloud(binary)
    catcher = Catcher()
    try:
        providers = (check_easypost, check_midtrans, check_push, check_snap, check_stripe, check_telegram, check_twilio)
        for peer in (*providers, check_models, check_breached_passwords, check_aws, check_bucket):
            peer.run(report, cloud, catcher)
    finally:
        catcher.stop()
        cloud.stop()
    check_aimock.run(report)
    check_localstripe.run(report)
    check_telegram_test_api.run(report)
    check_vader.run(report)
    whole = WholeCloud(binary)
    try:
        check_webhooks.run(report, whole.url)
        check_clients.run(report, whole.url)
        check_openai.run(report, whole.url)
        check_schema.run(report, whole.url)
    finally:
        whole.stop()
    print(f"{report.passed} ok, {report.failed} failed", flush=True)
    return 1 if report.failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
