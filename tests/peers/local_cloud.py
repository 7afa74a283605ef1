"""The local cloud as a child process, its control API, and a server that catches what the fakes send."""

import http.server
import json
import queue
import re
import signal
import socket
import subprocess
import threading
import time
import urllib.error
import urllib.parse
import urllib.request

READY_SECONDS = 60


class LocalCloud:
    """`ruko-local aws`: AWS and the providers, with nothing that takes messages from the queues."""

    def __init__(self, binary):
        port = free_ports(9)
        # The fakes are on the ports after it, those of language models on the last.
        self.models = f"http://127.0.0.1:{port + 8}"
        command = [binary, "aws", "--port", "0", "--aws-port", str(port)]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        stopwatch = threading.Timer(READY_SECONDS, self.process.kill)
        stopwatch.start()
        said = []
        for line in self.process.stdout:
            said.append(line)
            if line.startswith("# Pass requests"):
                break
        stopwatch.cancel()
        self.environment = dict(re.findall(r"^export (\w+)='(.*)'$", "".join(said), re.MULTILINE))
        if "RUKO_TENANT_SECRETS" not in self.environment:
            self.stop()
            raise RuntimeError("the local cloud did not start: " + "".join(said))

    def stop(self):
        """Ends it, and insists after ten seconds."""
        end(self.process)

    def control(self, method, path, body=None):
        """Calls the control API."""
        request = urllib.request.Request(
            f"{self.environment['RUKO_PUBLIC_URL']}/_local{path}",
            method=method,
            data=None if method == "GET" else json.dumps(body or {}).encode(),
            headers={"content-type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)


class WholeCloud:
    """`ruko-local serve`: AWS, the providers and every function."""

    def __init__(self, binary):
        command = [binary, "serve", "--port", "0"]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        stopwatch = threading.Timer(READY_SECONDS, self.process.kill)
        stopwatch.start()
        said = self.process.stdout.readline()
        stopwatch.cancel()
        found = re.search(r"http://127\.0\.0\.1:\d+", said)
        if found is None:
            self.stop()
            raise RuntimeError("the local cloud did not start: " + said)
        self.url = found[0]
        # Whatever else it says is taken off its hands, so that it never waits for a reader.
        threading.Thread(target=self.process.stdout.read, daemon=True).start()

    def stop(self):
        """Ends it, and insists after ten seconds."""
        end(self.process)


class Catcher:
    """Takes every POST on a free port and keeps its headers, its JSON body or form, and the body as it came."""

    def __init__(self):
        caught = self.caught = queue.Queue()

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                is_form = self.headers["content-type"] == "application/x-www-form-urlencoded"
                read = dict(urllib.parse.parse_qsl(body.decode())) if is_form else json.loads(body)
                caught.put((dict(self.headers), read, body))
                self.send_response(200)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def next(self, fits, seconds=10):
        """The next POST whose body fits; others before it are dropped."""
        headers, body, _ = self.next_whole(fits, seconds)
        return headers, body

    def next_whole(self, fits, seconds=10):
        """The same with the body as it came, which is what a signature covers."""
        until = time.monotonic() + seconds
        while True:
            headers, body, raw = self.caught.get(timeout=max(0.01, until - time.monotonic()))
            if fits(body):
                return headers, body, raw

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


def end(process):
    """Interrupts a process; kills it when it does not listen."""
    process.send_signal(signal.SIGINT)
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def free_ports(count):
    """The first of so many free ports in a row."""
    while True:
        with socket.socket() as first:
            first.bind(("127.0.0.1", 0))
            port = first.getsockname()[1]
            try:
                for offset in range(1, count):
                    with socket.socket() as other:
                        other.bind(("127.0.0.1", port + offset))
                return port
            except (OSError, OverflowError):
                continue
