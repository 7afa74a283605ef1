"""Our own adapters against @copilotkit/aimock, language models that others wrote: the test of shared/ai that speaks to them."""

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
    command = ["node", str(HERE / "aimock.js"), str(port)]
    environment = {**os.environ, "NODE_PATH": str(MODULES)}
    server = subprocess.Popen(command, env=environment, text=True, stdout=subprocess.PIPE)
    try:
        assert server.stdout.readline().strip() == "ready"
        claim = "aimock: our adapters of four providers read answers, streams, tools, errors and vectors"
        report.check(claim, lambda: adapters(f"http://127.0.0.1:{port}"))
    finally:
        server.kill()
        server.wait()


def adapters(url):
    # `cargo xtask peers` has built it.
    command = ["cargo", "test", "--quiet", "-p", "ai", "--test", "aimock", "--", "--ignored"]
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, "AIMOCK_URL": url}, capture_output=True, text=True)
    return True if done.returncode == 0 else (False, done.stdout[-2000:], done.stderr[-2000:])
