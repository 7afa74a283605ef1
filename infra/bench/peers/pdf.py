"""Other people's ways to an invoice as a PDF: how long WeasyPrint and ReportLab take for the one in `invoice.json`.

    python3 -m venv .venv/bench-pdf
    .venv/bench-pdf/bin/pip install -r infra/bench/peers/requirements-pdf.txt
    .venv/bench-pdf/bin/python -B infra/bench/peers/pdf.py [--times 100] [--out FOLDER]

Milliseconds for one PDF, from the invoice's values to the bytes, in a process that has made 20 of them before. One is made
after the other, each with a number and an address of its own, so that nothing that remembers the last one is flattered. The
QR code is in it; `qr_p50_ms` is what that alone takes of segno, which is written in Python, so that it can be taken off.

One line of JSON for each: WeasyPrint (HTML and CSS, the CSS parsed once), ReportLab with the Helvetica that every reader
has, and ReportLab with a font that it embeds, as WeasyPrint and we do. `--out` keeps the last PDF of each to look at.

WeasyPrint needs Pango of the system (Debian: libpango-1.0-0, libpangoft2-1.0-0, libharfbuzz-subset0) and a font.
"""

import argparse
import json
import math
import time
from importlib.metadata import version
from pathlib import Path

import by_reportlab
import by_weasyprint
from printed import Printed, qr_code

WARM_UP = 20


def main():
    said = argparse.ArgumentParser()
    said.add_argument("--times", type=int, default=100)
    said.add_argument("--out", type=Path)
    arguments = said.parse_args()
    invoice = json.loads(Path(__file__).with_name("invoice.json").read_text(encoding="utf-8"))
    qr_p50 = percentile(timed(lambda one: qr_code(one["pay_url"]), invoice, arguments.times)[0], 50)
    for peer, package, fonts, render in (
        ("weasyprint", "weasyprint", "embedded", by_weasyprint.renderer()),
        ("reportlab", "reportlab", "standard", by_reportlab.renderer(embedded=False)),
        ("reportlab-embedded", "reportlab", "embedded", by_reportlab.renderer(embedded=True)),
    ):
        times, pdf = timed(lambda one, render=render: render(Printed(one)), invoice, arguments.times)
        if arguments.out:
            arguments.out.mkdir(parents=True, exist_ok=True)
            (arguments.out / f"{peer}.pdf").write_bytes(pdf)
        line = {
            "peer": peer,
            "version": version(package),
            "fonts": fonts,
            "n": arguments.times,
            "p50_ms": percentile(times, 50),
            "p99_ms": percentile(times, 99),
            "qr_p50_ms": qr_p50,
            "bytes": len(pdf),
        }
        print(json.dumps(line), flush=True)


def timed(make, invoice, times):
    """The milliseconds of each call after the warm-up, and what the last one made."""
    taken = []
    for index in range(WARM_UP + times):
        one = another(invoice, index)
        begun = time.perf_counter()
        made = make(one)
        taken.append((time.perf_counter() - begun) * 1_000)
    return taken[WARM_UP:], made


def another(invoice, index):
    """The same invoice with the next number, and its own address to pay at."""
    return {**invoice, "number": f"INV-2026-11-{index + 42:04}", "pay_url": f"{invoice['pay_url']}{index + 42:04}"}


def percentile(times, percent):
    """The nearest rank."""
    return round(sorted(times)[math.ceil(len(times) * percent / 100) - 1], 3)


if __name__ == "__main__":
    main()
