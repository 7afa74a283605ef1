"""Signs up, subscribes, pays, and reads the invoice's total and what the payer does next, by generated types alone.

`check_clients.py` generates the package `client` of docs/openapi.json with openapi-python-client, type-checks this file with
mypy, and runs it against a local cloud.
"""

import sys
import urllib.request
import uuid
from typing import TypeVar

from client import AuthenticatedClient, Client
from client.api.billing import get_invoice, get_invoice_pdf, list_invoices
from client.api.identity import login
from client.api.payments import create_payment
from client.api.subscriptions import create_customer, create_subscription
from client.api.tenants import create_tenant
from client.models import (
    CreateCustomer,
    CreatePayment,
    CreateSubscription,
    CreateTenant,
    Currency,
    InvoiceStatus,
    Login,
    NextActionVirtualAccount,
    Owner,
    PaymentMethod,
    Problem,
)

Answer = TypeVar("Answer")


def granted(answer: Answer | Problem | None) -> Answer:
    """The answer, or the end with what the problem document says."""
    if answer is None or isinstance(answer, Problem):
        raise SystemExit(f"refused: {answer}")
    return answer


def main(base: str) -> None:
    def local(path: str) -> None:
        urllib.request.urlopen(urllib.request.Request(f"{base}/_local{path}", method="POST"), timeout=60).close()

    def key() -> str:
        return str(uuid.uuid4())

    visitor = Client(base_url=base)
    email, password = f"ana@{uuid.uuid4().hex[:12]}.example", "tiga ekor kucing hitam"
    sign_up = CreateTenant(name="Kopi Python", owner=Owner(email=email, password=password))
    tenant = granted(create_tenant.sync(client=visitor, body=sign_up, idempotency_key=key())).data.tenant
    session = granted(login.sync(client=visitor, body=Login(email=email, password=password), x_tenant_id=tenant.slug)).data
    owner = AuthenticatedClient(base_url=base, token=session.access_token)

    wanted = CreateCustomer(name="Budi Santoso", email="budi@maju.example")
    customer = granted(create_customer.sync(client=owner, body=wanted, idempotency_key=key())).data
    plan = CreateSubscription(plan_key="PREMIUM", currency=Currency.IDR, customer_id=customer.id)
    granted(create_subscription.sync(client=owner, body=plan, idempotency_key=key()))
    local("/drain")
    invoice = granted(list_invoices.sync(client=owner, customer_id=customer.id)).data[0]
    assert (invoice.total.amount, invoice.total.currency) == (449_000, Currency.IDR), invoice.total

    pay = CreatePayment(invoice_id=invoice.id, method=PaymentMethod.BCA_VA)
    payment = granted(create_payment.sync(client=owner, body=pay, idempotency_key=key())).data
    assert isinstance(payment.next_action, NextActionVirtualAccount), payment.next_action
    assert payment.next_action.va_number.isdigit(), payment.next_action
    local(f"/providers/midtrans/{payment.id}/settle")
    local("/drain")
    assert granted(get_invoice.sync(invoice.id, client=owner)).data.status == InvoiceStatus.PAID
    pdf = granted(get_invoice_pdf.sync(invoice.id, client=owner))
    assert pdf.payload.read().startswith(b"%PDF-")
    print(f"paid {invoice.number}")


main(sys.argv[1])
