"""The OpenAPI document by other people's generators: clients that type-check, and that sign up, subscribe and pay."""

import os
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).parent.parent.parent
DOCUMENT = ROOT / "docs" / "openapi.json"
TYPESCRIPT = ROOT / "clients" / "typescript"
PROGRAMS = pathlib.Path(sys.executable).parent


def run(report, base):
    """`base` is the address of a local cloud that runs every function."""
    report.check("npm: openapi-typescript makes the types of our client, and it type-checks", lambda: typescript("build"))
    report.check("the TypeScript client signs up, subscribes, pays and retries", lambda: typescript("test", RUKO_URL=base))
    with tempfile.TemporaryDirectory() as folder:
        report.check("PyPI: openapi-python-client makes a client without a warning", lambda: generate(folder))
        script = str(pathlib.Path(__file__).parent / "generated_client.py")
        types = ["mypy", "--strict", "--ignore-missing-imports", "--follow-imports=silent", script]
        report.check("a script by the client's types type-checks", lambda: python(folder, "-m", *types))
        report.check("the script signs up, subscribes and pays", lambda: python(folder, script, base))


def typescript(task, **environment):
    if not (TYPESCRIPT / "node_modules").exists():
        done(["npm", "ci", "--no-audit", "--no-fund"], TYPESCRIPT)
    return done(["npm", "run", task], TYPESCRIPT, environment)


def generate(folder):
    command = [PROGRAMS / "openapi-python-client", "generate", "--path", DOCUMENT, "--output-path", f"{folder}/client"]
    config = pathlib.Path(__file__).parent / "openapi-python-client.yaml"
    return done([*command, "--meta", "none", "--config", config, "--fail-on-warning"], folder)


def python(folder, *arguments):
    return done([sys.executable, *arguments], folder, {"PYTHONPATH": folder, "MYPYPATH": folder})


def done(command, folder, environment=None):
    """True, or the end of what the command said."""
    path = f"{PROGRAMS}:{os.environ['PATH']}"
    ended = subprocess.run(
        command, cwd=folder, env={**os.environ, "PATH": path, **(environment or {})}, capture_output=True, text=True, timeout=300
    )
    return True if ended.returncode == 0 else (False, (ended.stdout + ended.stderr)[-1500:])
