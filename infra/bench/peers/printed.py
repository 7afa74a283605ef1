"""The texts of the invoice as they are printed, the same for every peer."""

from datetime import date

import segno

MONTHS = "Januari Februari Maret April Mei Juni Juli Agustus September Oktober November Desember".split()
STAMP_DUTY = (
    "Dokumen ini menyatakan nilai di atas Rp5.000.000. Bila dipakai sebagai tanda terima, dokumen ini wajib dibubuhi "
    "e-meterai Rp10.000 (UU 10/2020)."
)


class Printed:
    """Every figure and date of an invoice written out, in Indonesian."""

    def __init__(self, invoice):
        seller, buyer = invoice["seller"], invoice["buyer"]
        self.number = invoice["number"]
        self.product_name = seller["product_name"]
        self.seller_name = seller["legal_name"]
        self.due = rupiah(invoice["amount_due"])
        self.standing = f"jatuh tempo {day(invoice['due_on'])}"
        self.stamp = "BELUM LUNAS"
        self.facts = [
            ("Nomor tagihan", invoice["number"]),
            ("Tanggal terbit", day(invoice["issued_on"])),
            ("Jatuh tempo", day(invoice["due_on"])),
            ("Periode tagihan", days(invoice["period"])),
        ]
        self.parties = [
            ("Ditagihkan kepada", buyer["name"], rest(buyer)),
            ("Dari", seller["legal_name"], rest(seller)),
        ]
        self.head = ["Keterangan", "Periode", "Kuantitas", "Harga satuan", "Jumlah"]
        self.rows = [
            [
                line["description"],
                days(line["period"]),
                f"{number(line['quantity'])} {line['unit']}",
                rupiah(line["unit_price"]),
                rupiah(line["amount"]),
            ]
            for line in invoice["lines"]
        ]
        self.totals = [("Subtotal", rupiah(invoice["subtotal"]))]
        self.totals += [(one["label"], rupiah(-one["amount"])) for one in invoice["discounts"]]
        for tax in invoice["taxes"]:
            self.totals.append(("DPP nilai lain (11/12)", rupiah(tax["base"])))
            self.totals.append((f"{tax['label']} {tax['rate']}%", rupiah(tax["amount"])))
        self.totals.append(("Total", rupiah(invoice["total"])))
        self.in_words = f"Terbilang: {invoice['amount_in_words']}"
        self.instructions = invoice["payment_instructions"]
        self.notes = [invoice["notes"], STAMP_DUTY]
        self.pay_url = invoice["pay_url"]
        self.pay_caption = invoice["pay_url"].split("://")[1]


def rest(party):
    return [*party["address"], party["email"], f"NPWP {party['tax_id']}"]


def number(value):
    return f"{value:,}".replace(",", ".")


def rupiah(value):
    return f"{'–' if value < 0 else ''}Rp{number(abs(value))}"


def day(text):
    on = date.fromisoformat(text)
    return f"{on.day} {MONTHS[on.month - 1]} {on.year}"


def days(period):
    """`1–30 Nov 2026`; the periods of the file are within a month."""
    first, last = (date.fromisoformat(text) for text in period)
    until = f"{last.day} {MONTHS[last.month - 1][:3]} {last.year}"
    return until if first == last else f"{first.day}–{until}"


def qr_code(text):
    """The rows of the code, true where it is dark, without a white border."""
    return segno.make_qr(text, error="m", boost_error=False).matrix


def runs(matrix):
    """Each run of dark modules in a row: column, row, length."""
    for y, row in enumerate(matrix):
        x = 0
        while x < len(row):
            begun = x
            while x < len(row) and row[x]:
                x += 1
            if x > begun:
                yield begun, y, x - begun
            x += 1
