"""A client for Node, which takes one job per line."""

import json
import os
import pathlib
import subprocess

HERE = pathlib.Path(__file__).parent
MODULES = HERE.parent.parent / "target" / "peers" / "node_modules"


class Node:
    """`script` of this folder, told where the fake is and with which key it is called."""

    def __init__(self, script, base, key):
        environment = {**os.environ, "NODE_PATH": str(MODULES)}
        command = ["node", str(HERE / script), base, key]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        self.process = subprocess.Popen(command, env=environment, text=True, encoding="utf-8", **pipes)

    def do(self, job, **given):
        self.process.stdin.write(json.dumps({"job": job, **given}) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def stop(self):
        self.process.stdin.close()
        self.process.wait(10)
