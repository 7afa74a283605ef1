"""The invoice by WeasyPrint: HTML and CSS."""

import base64
from html import escape

from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration

from printed import qr_code, runs

STYLE = """
@page {
  size: A4; margin: 22mm 20mm 21mm;
  @bottom-left { content: element(footer); width: 100%; vertical-align: top; }
}
body { font: 9pt/1.3 "Liberation Sans", "DejaVu Sans", sans-serif; color: #1a1d21; margin: 0; }
.bar { position: fixed; top: -22mm; left: -20mm; width: 210mm; height: 2.5mm; background: #0f766e; }
.footer { position: running(footer); border-top: .5pt solid #d9dde3; font-size: 8pt; color: #667085; padding-top: 2mm; }
.pages::after { content: "Halaman " counter(page) " dari " counter(pages); }
table { border-collapse: collapse; width: 100%; }
td, th { padding: 0; text-align: left; vertical-align: top; font-weight: normal; }
.label, th { font-size: 7.5pt; color: #667085; }
.name { font-size: 18pt; font-weight: bold; color: #0f766e; }
.title { font-size: 20pt; font-weight: bold; text-align: right; }
.title span { font-size: 11pt; font-weight: normal; color: #667085; }
.owed { margin-top: 6mm; }
.owed .due { font-size: 21pt; font-weight: bold; }
.owed .standing { font-size: 10pt; color: #667085; padding-left: 2mm; }
.owed .stamp { text-align: right; vertical-align: middle; }
.stamp span { border: .8pt solid #9a5b00; color: #9a5b00; border-radius: 3pt; padding: 4pt 8pt; font-weight: bold; }
.facts { margin-top: 4mm; border-top: .5pt solid #d9dde3; border-bottom: .5pt solid #d9dde3; }
.facts td { padding: 3mm 0; }
.parties { margin-top: 4mm; }
.parties td { width: 50%; }
.lines { margin-top: 5mm; }
.lines td, .lines th { padding: 1.3mm 0 1.3mm 5mm; border-bottom: .5pt solid #d9dde3; }
.lines th { border-bottom: .9pt solid #0f766e; }
.lines td:first-child, .lines th:first-child { padding-left: 0; }
.lines td + td { white-space: nowrap; }
.figure { text-align: right; }
.foot { margin-top: 4mm; break-inside: avoid; }
.foot > tbody > tr > td:last-child { width: 82mm; }
.code { width: 27mm; }
.code img { width: 27mm; height: 27mm; display: block; }
.caption { padding-left: 5mm; }
.totals td { padding: .7mm 0; }
.totals .quiet { font-size: 8pt; color: #667085; }
.totals .total td { font-weight: bold; }
.totals .due td { border-top: .9pt solid #0f766e; font-size: 12pt; font-weight: bold; padding-top: 1.5mm; }
.totals .due .figure { color: #0f766e; }
.words { margin: 4mm 0 0; font-style: italic; }
.pay { margin-top: 3mm; }
.pay p, .notes p { margin: .5mm 0; }
.notes { margin-top: 3mm; font-size: 8pt; color: #667085; }
"""


def renderer():
    """A function of the printed texts to the PDF; what is the same for every invoice is made once."""
    fonts = FontConfiguration()
    style = CSS(string=STYLE, font_config=fonts)
    return lambda texts: HTML(string=page(texts)).write_pdf(stylesheets=[style], font_config=fonts)


def page(texts):
    e = escape
    facts = "".join(f'<td><div class="label">{e(label)}</div>{e(text)}</td>' for label, text in texts.facts)
    parties = "".join(
        f'<td><div class="label">{e(label)}</div><b>{e(name)}</b><br>{"<br>".join(map(e, rest))}</td>'
        for label, name, rest in texts.parties
    )
    head = "".join(f"<th{figure(column)}>{e(text)}</th>" for column, text in enumerate(texts.head))
    rows = "".join(
        "<tr>" + "".join(f"<td{figure(column)}>{e(text)}</td>" for column, text in enumerate(row)) + "</tr>"
        for row in texts.rows
    )
    totals = "".join(
        f'<tr class="{weight(label)}"><td>{e(label)}</td><td class="figure">{e(amount)}</td></tr>'
        for label, amount in texts.totals
    )
    return f"""<!doctype html>
<html lang="id"><head><meta charset="utf-8"><title>Tagihan {e(texts.number)}</title>
<meta name="author" content="{e(texts.seller_name)}"></head><body>
<div class="bar"></div>
<table class="footer"><tr><td>{e(texts.seller_name)} · {e(texts.number)}</td><td class="figure pages"></td></tr></table>
<table><tr><td class="name">{e(texts.product_name)}</td><td class="title">Tagihan<span> / Invoice</span></td></tr></table>
<table class="owed"><tr><td><span class="due">{e(texts.due)}</span><span class="standing">{e(texts.standing)}</span></td>
<td class="stamp"><span>{e(texts.stamp)}</span></td></tr></table>
<table class="facts"><tr>{facts}</tr></table>
<table class="parties"><tr>{parties}</tr></table>
<table class="lines"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>
<table class="foot"><tr><td><table><tr>
<td class="code"><img src="{svg(texts.pay_url)}" alt="Pindai untuk membayar"></td>
<td class="caption"><b>Pindai untuk membayar</b><br>
<a class="label" href="{e(texts.pay_url)}">{e(texts.pay_caption)}</a></td>
</tr></table></td>
<td><table class="totals">{totals}
<tr class="due"><td>Sisa tagihan</td><td class="figure">{e(texts.due)}</td></tr></table></td>
</tr></table>
<p class="words">{e(texts.in_words)}</p>
<div class="pay"><b>Cara membayar</b>{"".join(f"<p>{e(text)}</p>" for text in texts.instructions)}</div>
<div class="notes">{"".join(f"<p>{e(text)}</p>" for text in texts.notes)}</div>
</body></html>"""


def figure(column):
    return ' class="figure"' if column >= 2 else ""


def weight(label):
    return "total" if label == "Total" else "quiet" if label.startswith("DPP") else "normal"


def svg(url):
    matrix = qr_code(url)
    path = "".join(f"M{x} {y}h{length}v1h-{length}z" for x, y, length in runs(matrix))
    size = len(matrix)
    drawn = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}"><path d="{path}"/></svg>'
    return "data:image/svg+xml;base64," + base64.b64encode(drawn.encode()).decode()
