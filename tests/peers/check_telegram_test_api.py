"""Our own client against telegram-test-api, a Telegram that others wrote: the test of shared/messaging that speaks to it.

It knows neither secrets, menus, refusals nor limits; those are held to the fake of the local cloud.
"""

import os
import pathlib
import socket
import subprocess

from node import HERE, MODULES

ROOT = pathlib.Path(__file__).parent.parent.parent


def run(report):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = ["node", str(HERE / "telegram_test_api.js"), str(port)]
    environment = {**os.environ, "NODE_PATH": str(MODULES)}
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    server = subprocess.Popen(command, env=environment, text=True, **pipes)
    try:
        assert server.stdout.readline().strip() == "ready"
        claim = "telegram-test-api: our client sends, edits, and hears commands and buttons"
        report.check(claim, lambda: client(f"http://127.0.0.1:{port}"))
    finally:
        server.kill()
        server.wait()


def client(url):
    # `cargo xtask peers` has built it.
    command = ["cargo", "test", "--quiet", "-p", "messaging", "--test", "telegram_test_api", "--", "--ignored"]
    environment = {**os.environ, "TELEGRAM_TEST_API_URL": url}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    return True if done.returncode == 0 else (False, done.stdout[-2000:], done.stderr[-2000:])
