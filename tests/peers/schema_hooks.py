"""What `check_schema.py` tells schemathesis: who calls, about what, and when an answer contradicts the document."""

import json
import os
import re

import schemathesis
from schemathesis import GenerationMode

WHO = json.loads(os.environ["RUKO_CALLERS"])
# What says that a value has not the form that it should have.
FORM = {"INVALID_LENGTH", "INVALID_VALUE", "REQUIRED", "WRONG_TYPE"}
# The same codes for what no schema can say, because it depends on another value, on the day or on the caller.
BY_RULE = {
    ("accept_transfer_proof", "/receivedAt"),  # not later than now
    ("cancel_subscription", "/credit"),  # at the end of the period nothing is left
    ("create_coupon", "/discount/amounts"),  # more than nothing is taken off
    ("create_coupon", "/expiresAt"),  # a time to come
    ("create_credit_note", "/amount"),  # an amount, or lines
    ("create_credit_note", "/lines/0/amount"),  # more than nothing is taken back
    ("create_credit_note", "/lines/0/line"),  # a line that the invoice has
    ("create_deposit", "/method"),  # only a transfer has a reference
    ("create_deposit", "/saveMethod"),  # a card by its token, and not one that is saved
    ("create_invitation", "/roles"),  # roles, or a customer to act for
    ("create_invoice", "/lines/0/discount"),  # at most what the line costs
    ("create_invoice", "/lines/0/period"),  # the end after the beginning
    ("create_invoice", "/lines/0/unitAmount"),  # in the currency of the invoice
    ("create_notification", "/values/0"),  # the values of that message, and no others
    ("create_owed_payment", "/method"),
    ("create_payment", "/method"),  # only a transfer has a reference
    ("create_payment", "/saveMethod"),  # a card by its token, and not one that is saved
    ("create_promotion", "/endsAt"),  # after it begins
    ("create_promotion", "/minimum"),  # one amount of more than nothing for each currency
    ("create_promotion", "/benefit/amounts"),  # one amount of more than nothing for each currency
    ("create_push_device", "/kind"),  # a browser has an endpoint, an app a token
    ("create_recurring_invoice", "/endDate"),  # not before the first day
    ("create_recurring_invoice", "/lines/0/discount"),  # at most what the line costs
    ("create_recurring_invoice", "/lines/0/period"),  # each invoice has its own days
    ("create_recurring_invoice", "/lines/0/unitAmount"),  # in the currency of the invoices
    ("create_recurring_invoice", "/startDate"),  # a day to come
    ("create_shipment", "/to"),  # where no order says it
    ("create_shipping_quote", "/cartId"),  # a cart, or all of what is sent
    ("create_tenant", "/slug"),  # a name without letters makes none
    ("create_transfer_proof", "/customerId"),  # an invoice names its customer
    ("create_transfer_proof", "/transferredAt"),  # not later than now
    ("get_user_analytics", "from"),
    ("list_audit", "from"),
    ("list_sent_notifications", "userId"),  # one of a user, an invoice and a customer
    ("list_suppressions", "phone"),  # one address at a time
    ("list_users", "q"),  # the beginning of a name, or a whole address
    ("preview_credit_note", "/amount"),  # an amount, or lines
    ("preview_credit_note", "/lines/0/amount"),  # more than nothing is taken back
    ("preview_credit_note", "/lines/0/line"),  # a line that the invoice has
    ("preview_notification_template", "/values/0"),  # the values of that message, and no others
    ("preview_subscription_change", "/asOf"),  # of the last hour
    ("read_api_usage", "from"),
    ("read_api_usage", "to"),
    ("read_usage", "from"),
    ("read_usage", "to"),
    ("record_usage", "/events/0/quantity"),  # quantity, or value
    ("record_usage", "/events/1/quantity"),  # quantity, or value
    ("replace_billing_settings", "/dunning/0"),  # a reminder comes before service stops
    ("replace_billing_settings", "/tax/taxId"),  # whoever is registered has one
    ("replace_security_settings", "/accessTokenSeconds"),  # no token outlives its session
    ("replace_security_settings", "/ipAllowList"),  # nobody locks themselves out
    ("replace_security_settings", "/mfa"),
    ("replace_security_settings", "/sessionMaxSeconds"),  # not before a session may rest
    ("replace_search_synonyms", "/groups/0/0"),  # one word, as search divides texts
    ("report_notifications", "from"),  # the first day before the last
    ("report_reconciliation", "from"),
    ("report_reconciliation", "to"),
    ("search_products", "currency"),  # wherever prices are compared
    ("update_invoice", "/lines/0/unitAmount"),  # in the currency of the invoice
    ("update_promotion", "/benefit/amounts"),  # one amount of more than nothing for each currency
    ("update_promotion", "/endsAt"),  # after it begins
    ("update_promotion", "/minimum"),  # one amount of more than nothing for each currency
    ("update_recurring_invoice", "/endDate"),  # not before the first day
    ("update_recurring_invoice", "/lines/0/unitAmount"),  # in the currency of the invoices
}


# How answers begin that ask a member to say whose it is, and those about days that depend on today or on each other.
WHOSE = ("name the customer", "name the subscription")
DAYS = ("a report covers", "the day must", "the last day must", "use days between", "use today, or one of")


# Names of events are those of a list that grows.
EVENTS = ("there is no such event",)


def is_by_rule(named, fault):
    """Names of zones are those of a list that changes, an address is more than a pattern says, and a whole number is written
    without a point."""
    if fault["detail"].startswith((*WHOSE, *DAYS, *EVENTS)):
        return True
    network = named == "replace_security_settings" and fault["pointer"].startswith("/ipAllowList/")
    zone = fault["pointer"].endswith("/timezone") and fault["detail"].startswith("unknown time zone")
    whole = fault["code"] == "WRONG_TYPE" and fault["detail"].startswith("expected a whole number")
    # Of lists the first stands for all, and so does any value of a message, whatever its name is.
    pointer = re.sub(r"/\d+", "/0", re.sub(r"^/values/.*$", "/values/0", fault["pointer"]))
    return zone or network or whole or (named, pointer) in BY_RULE


def is_well_formed(case):
    return case.meta is not None and case.meta.generation.mode == GenerationMode.POSITIVE


@schemathesis.hook
def before_call(context, case, kwargs):
    ways = case.operation.definition.raw.get("security") or [{}]
    schemes = set().union(*ways)
    case.headers = case.headers if case.headers is not None else {}
    if "bearer" in schemes:
        case.headers["Authorization"] = f"Bearer {WHO['session']}"
        case.headers.pop("X-Tenant-ID", None)
    elif "apiKey" in schemes:
        case.headers["Authorization"] = f"Bearer {WHO['key']}"
        case.headers.pop("X-Tenant-ID", None)
    elif is_well_formed(case) and "X-Tenant-ID" in case.headers:
        case.headers["X-Tenant-ID"] = WHO["tenant"]
    if is_well_formed(case) and case.path_parameters:
        # Of things that are there more is answered.
        parts = case.operation.path.split("/")
        for named, part in zip(parts, parts[1:]):
            if part in ("{id}", "{name}") and named in WHO["things"] and named not in ("api-keys", "current"):
                case.path_parameters[part.strip("{}")] = WHO["things"][named]


@schemathesis.check
def what_the_schema_allows_has_the_right_form(ctx, response, case):
    if not is_well_formed(case) or response.status_code not in (400, 422):
        return
    problem = response.json()
    named = case.operation.definition.raw["operationId"]
    wrong = [one for one in problem.get("errors", []) if one["code"] in FORM and not is_by_rule(named, one)]
    if wrong or problem["code"] in {"UNKNOWN_FIELD", "INVALID_HEADER", "IDEMPOTENCY_KEY_INVALID"}:
        raise AssertionError(f"the schema allows what is refused: {problem['code']} {wrong}")
