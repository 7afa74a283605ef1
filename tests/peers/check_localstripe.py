"""Our own adapter against localstripe, a Stripe that others wrote: the test of shared/payments that speaks to it."""

import os
import pathlib
import socket
import subprocess
import sys
import time
import urllib.request

ROOT = pathlib.Path(__file__).parent.parent.parent
READY_SECONDS = 30


def run(report):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    program = pathlib.Path(sys.executable).parent / "localstripe"
    command = [program, "--port", str(port), "--from-scratch"]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        report.check("localstripe: our adapter charges, refunds and hears", lambda: adapter(f"http://127.0.0.1:{port}"))
    finally:
        server.kill()
        server.wait()


def adapter(url):
    wait_for(url)
    # `cargo xtask peers` has built it.
    command = ["cargo", "test", "--quiet", "-p", "payments", "--test", "localstripe", "--", "--ignored"]
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, "LOCALSTRIPE_URL": url}, capture_output=True, text=True)
    return True if done.returncode == 0 else (False, done.stdout[-2000:], done.stderr[-2000:])


def wait_for(url):
    until = time.monotonic() + READY_SECONDS
    while True:
        try:
            urllib.request.urlopen(urllib.request.Request(f"{url}/_config/data", method="DELETE"), timeout=5)
            return
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.2)
