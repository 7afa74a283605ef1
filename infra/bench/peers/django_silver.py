"""Somebody else's billing run: how many invoices a second the open billing engine django-silver issues.

    python3 -m venv .venv/bench-silver
    .venv/bench-silver/bin/pip install -r infra/bench/peers/requirements-silver.txt
    .venv/bench-silver/bin/python -B infra/bench/peers/django_silver.py [--subscriptions 1000] [--database memory|file]

One provider, one monthly plan with a fee of Rp150.000 and a metered feature (10.000 units within the fee, Rp50 for each
above), and as many customers with one subscription each, all active since 1 January 2025, each with its own usage in
January. Timed is what the command `generate_docs` does for 1 February, `DocumentsGenerator().generate(...)`: an invoice for
each customer, of two lines, issued and numbered. It makes no PDF. Setting up, and 20 invoices before, are not timed.

The database is SQLite with all migrations run: in memory, where nothing waits for a disk, or a temporary file, where the
engine's many small transactions do. Afterwards every invoice is checked: its state, its number, its lines and its total.
One line of JSON.

The engine wants Django 3.2, which is for Python up to 3.10 but runs on 3.11; it imports `cgi`, which 3.13 does not have.
"""

import argparse
import json
import logging
import tempfile
import time
from datetime import date
from decimal import Decimal
from importlib.metadata import version
from pathlib import Path

import django
from django.conf import settings

WARM_UP = 20
FEE, INCLUDED, EACH = Decimal(150_000), 10_000, Decimal(50)
STARTED, ENDED, BILLED_ON = date(2025, 1, 1), date(2025, 1, 31), date(2025, 2, 1)


def main():
    said = argparse.ArgumentParser()
    said.add_argument("--subscriptions", type=int, default=1_000)
    said.add_argument("--database", choices=("memory", "file"), default="memory")
    arguments = said.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        configure(":memory:" if arguments.database == "memory" else str(Path(folder) / "silver.sqlite3"))
        seconds, invoices = measure(arguments.subscriptions)
        django.db.connection.close()
    line = {
        "peer": "django-silver",
        "version": version("django-silver"),
        "django": django.__version__,
        "database": f"sqlite {arguments.database}",
        "n": arguments.subscriptions,
        "seconds": round(seconds, 3),
        "invoices": invoices,
        "invoices_per_second": round(invoices / seconds, 1),
    }
    print(json.dumps(line))


def configure(database):
    """The least that the engine runs with; without DEBUG, so that no statement is remembered and templates are."""
    settings.configure(
        DEBUG=False,
        SECRET_KEY="bench",
        USE_TZ=True,
        TIME_ZONE="UTC",
        DEFAULT_AUTO_FIELD="django.db.models.AutoField",
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": database}},
        INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "silver"],
        TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}],
        PAYMENT_PROCESSORS={},
        PAYMENT_METHOD_SECRET=b"",
        SILVER_AUTOMATICALLY_CREATE_TRANSACTIONS=False,
    )
    logging.disable(logging.INFO)
    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)


def measure(subscriptions):
    """The seconds that the run took, and the invoices of it."""
    from silver.documents_generator import DocumentsGenerator
    from silver.models import Customer, Invoice

    used = set_up(WARM_UP + subscriptions)
    first = min(used) + WARM_UP
    DocumentsGenerator().generate(billing_date=BILLED_ON, customers=Customer.objects.filter(pk__lt=first))
    begun = time.perf_counter()
    DocumentsGenerator().generate(billing_date=BILLED_ON, customers=Customer.objects.filter(pk__gte=first))
    seconds = time.perf_counter() - begun

    invoices = list(Invoice.objects.all())
    for invoice in invoices:
        expected = FEE + EACH * max(0, used.pop(invoice.customer_id) - INCLUDED)
        lines = sorted(entry.total for entry in invoice.entries)
        if invoice.state != "issued" or invoice.total != expected or lines != sorted([FEE, expected - FEE]):
            raise SystemExit(f"{invoice}: expected {expected}")
    if used or sorted(invoice.number for invoice in invoices) != list(range(1, WARM_UP + subscriptions + 1)):
        raise SystemExit("an invoice or a number is missing")
    return seconds, len(invoices) - WARM_UP


def set_up(customers):
    """The customers' ids, and what each has used."""
    from django.db import transaction
    from silver.models import (
        Customer,
        MeteredFeature,
        MeteredFeatureUnitsLog,
        Plan,
        ProductCode,
        Provider,
        Subscription,
    )

    used = {}
    with transaction.atomic():
        provider = Provider.objects.create(
            name="Kasirku",
            company="PT Kasir Nusantara Digital",
            address_1="Jl. Jenderal Sudirman Kav. 52-53",
            city="Jakarta",
            country="ID",
            flow=Provider.FLOWS.INVOICE,
            invoice_series="INV",
            invoice_starting_number=1,
            default_document_state=Provider.DEFAULT_DOC_STATE.ISSUED,
            # The fee after the month, with the usage: one invoice has both.
            prebill_plan=False,
        )
        feature = MeteredFeature.objects.create(
            name="Transaksi",
            unit="transaksi",
            price_per_unit=EACH,
            included_units=INCLUDED,
            product_code=ProductCode.objects.create(value="transactions"),
        )
        plan = Plan.objects.create(
            name="Bisnis",
            interval=Plan.INTERVALS.MONTH,
            interval_count=1,
            amount=FEE,
            currency="IDR",
            product_code=ProductCode.objects.create(value="business"),
            provider=provider,
        )
        plan.metered_features.add(feature)
        for index in range(customers):
            customer = Customer.objects.create(
                first_name="Toko", last_name=str(index), address_1="Jl. Malioboro", city="Yogyakarta", country="ID"
            )
            subscription = Subscription.objects.create(plan=plan, customer=customer, start_date=STARTED)
            subscription.activate()
            subscription.save()
            used[customer.pk] = 9_000 + index * 7
            MeteredFeatureUnitsLog.objects.create(
                metered_feature=feature,
                subscription=subscription,
                consumed_units=used[customer.pk],
                start_date=STARTED,
                end_date=ENDED,
            )
    return used


if __name__ == "__main__":
    main()
