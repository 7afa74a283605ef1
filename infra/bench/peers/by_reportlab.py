"""The invoice by ReportLab: platypus flowables in a SimpleDocTemplate."""

from io import BytesIO
from xml.sax.saxutils import escape

from reportlab.lib.colors import HexColor
from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, KeepTogether, Paragraph, SimpleDocTemplate, Spacer, Table

from printed import qr_code, runs

TEXT, MUTED, HAIRLINE, BRAND, STAMP = map(HexColor, ("#1a1d21", "#667085", "#d9dde3", "#0f766e", "#9a5b00"))
WIDTH = A4[0] - 40 * mm


def renderer(embedded):
    """A function of the printed texts to the PDF; what is the same for every invoice is made once."""
    if embedded:
        # These come with ReportLab.
        for name, file in (("Vera", "Vera.ttf"), ("VeraBd", "VeraBd.ttf"), ("VeraIt", "VeraIt.ttf")):
            pdfmetrics.registerFont(TTFont(name, file))
        styles = Styles("Vera", "VeraBd", "VeraIt", 0.88)
    else:
        styles = Styles("Helvetica", "Helvetica-Bold", "Helvetica-Oblique", 1)
    return lambda texts: render(texts, styles)


class Styles:
    """Paragraph styles in one family of fonts; `scale` evens out that some are wider than others."""

    def __init__(self, regular, bold, italic, scale):
        def style(font, size, colour=TEXT, **more):
            return ParagraphStyle(
                "", fontName=font, fontSize=size * scale, leading=size * 1.35, textColor=colour, **more
            )

        self.regular, self.small_size = regular, 8 * scale
        self.text = style(regular, 9)
        self.bold = style(bold, 9)
        self.label = style(regular, 7.5, MUTED)
        self.small = style(regular, 8, MUTED)
        self.italic = style(italic, 9)
        self.name = style(bold, 18, BRAND)
        self.title = style(bold, 20, alignment=TA_RIGHT)
        self.due = style(bold, 21)
        self.stamp = style(bold, 9, STAMP, alignment=1)
        self.left = style(bold, 12)


def render(texts, styles):
    def say(text, style):
        return Paragraph(escape(text), style)

    story = [
        grid(
            [[say(texts.product_name, styles.name), title(styles)]],
            [WIDTH / 2, WIDTH / 2],
        ),
        Spacer(0, 6 * mm),
        grid(
            [[owed(texts, styles), stamp(texts, styles)]],
            [WIDTH - 30 * mm, 30 * mm],
            [("VALIGN", (0, 0), (-1, -1), "MIDDLE")],
        ),
        Spacer(0, 4 * mm),
        grid(
            [[[say(label, styles.label), say(text, styles.text)] for label, text in texts.facts]],
            [WIDTH / 4] * 4,
            [
                ("LINEABOVE", (0, 0), (-1, 0), 0.5, HAIRLINE),
                ("LINEBELOW", (0, 0), (-1, 0), 0.5, HAIRLINE),
                ("TOPPADDING", (0, 0), (-1, -1), 3 * mm),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 3 * mm),
            ],
        ),
        Spacer(0, 4 * mm),
        grid(
            [
                [
                    [say(label, styles.label), say(name, styles.bold), *(say(text, styles.text) for text in rest)]
                    for label, name, rest in texts.parties
                ]
            ],
            [WIDTH / 2, WIDTH / 2],
        ),
        Spacer(0, 5 * mm),
        lines(texts, styles),
        Spacer(0, 4 * mm),
        KeepTogether(foot(texts, styles, say)),
        Spacer(0, 4 * mm),
        say(texts.in_words, styles.italic),
        Spacer(0, 3 * mm),
        say("Cara membayar", styles.bold),
        *(say(text, styles.text) for text in texts.instructions),
        Spacer(0, 3 * mm),
        *(say(text, styles.small) for text in texts.notes),
    ]
    written = BytesIO()
    document = SimpleDocTemplate(
        written,
        pagesize=A4,
        leftMargin=20 * mm - 6,
        rightMargin=20 * mm - 6,
        topMargin=22 * mm - 6,
        bottomMargin=22 * mm - 6,
        title=f"Tagihan {texts.number}",
        author=texts.seller_name,
        lang="id",
    )
    document.build(story, canvasmaker=lambda *args, **more: Pages(*args, texts=texts, styles=styles, **more))
    return written.getvalue()


def grid(cells, widths, style=(), **more):
    """A table without the space that ReportLab puts around a cell."""
    none = [(f"{side}PADDING", (0, 0), (-1, -1), 0) for side in ("LEFT", "RIGHT", "TOP", "BOTTOM")]
    return Table(cells, colWidths=widths, style=[*none, ("VALIGN", (0, 0), (-1, -1), "TOP"), *style], **more)


def title(styles):
    return Paragraph(f'Tagihan<font name="{styles.regular}" size="11" color="#667085"> / Invoice</font>', styles.title)


def owed(texts, styles):
    standing = f'<font name="{styles.regular}" size="10" color="#667085">&nbsp; {escape(texts.standing)}</font>'
    return Paragraph(escape(texts.due) + standing, styles.due)


def stamp(texts, styles):
    around = [(f"{side}PADDING", (0, 0), (0, 0), 4) for side in ("TOP", "BOTTOM")]
    style = [("BOX", (0, 0), (0, 0), 0.8, STAMP), ("ROUNDEDCORNERS", [3] * 4), *around]
    return grid([[Paragraph(texts.stamp, styles.stamp)]], [30 * mm], style)


def lines(texts, styles):
    # Only the description may need a second line; a paragraph costs more than a text.
    rows = [[Paragraph(escape(row[0]), styles.text), *row[1:]] for row in texts.rows]
    style = [
        font((0, 0), (-1, 0), styles.label),
        font((1, 1), (-1, -1), styles.text),
        colour((0, 0), (-1, 0), styles.label),
        colour((1, 1), (-1, -1), styles.text),
        ("ALIGN", (2, 0), (-1, -1), "RIGHT"),
        ("LINEBELOW", (0, 0), (-1, 0), 0.9, BRAND),
        ("LINEBELOW", (0, 1), (-1, -1), 0.5, HAIRLINE),
        ("TOPPADDING", (0, 0), (-1, -1), 1.4 * mm),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 1.4 * mm),
    ]
    widths = [WIDTH - 114 * mm, 28 * mm, 30 * mm, 28 * mm, 28 * mm]
    return grid([texts.head, *rows], widths, style, repeatRows=1)


def foot(texts, styles, say):
    rows = [*texts.totals, ("Sisa tagihan", texts.due)]
    totals = grid(
        rows,
        [46 * mm, 36 * mm],
        [
            ("ALIGN", (1, 0), (1, -1), "RIGHT"),
            ("TOPPADDING", (0, 0), (-1, -1), 0.7 * mm),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 0.7 * mm),
            ("LINEABOVE", (0, -1), (-1, -1), 0.9, BRAND),
            ("TOPPADDING", (0, -1), (-1, -1), 1.5 * mm),
            *(
                command((0, index), (1, index), weight(label, styles))
                for index, (label, _) in enumerate(rows)
                for command in (font, colour)
            ),
            ("TEXTCOLOR", (1, -1), (1, -1), BRAND),
        ],
    )
    link = Paragraph(f'<link href="{escape(texts.pay_url)}">{escape(texts.pay_caption)}</link>', styles.label)
    caption = [say("Pindai untuk membayar", styles.bold), link]
    widths = [32 * mm, WIDTH - 122 * mm, 90 * mm]
    return grid([[Code(texts.pay_url), caption, totals]], widths, [("ALIGN", (2, 0), (2, 0), "RIGHT")])


def weight(label, styles):
    if label == "Sisa tagihan":
        return styles.left
    if label == "Total":
        return styles.bold
    return styles.small if label.startswith("DPP") else styles.text


def font(first, last, style):
    return ("FONT", first, last, style.fontName, style.fontSize, style.leading)


def colour(first, last, style):
    return ("TEXTCOLOR", first, last, style.textColor)


class Code(Flowable):
    """The QR code as one path."""

    def __init__(self, url):
        super().__init__()
        self.width = self.height = 27 * mm
        self.matrix = qr_code(url)

    def draw(self):
        module = self.width / len(self.matrix)
        path = self.canv.beginPath()
        for x, y, length in runs(self.matrix):
            path.rect(x * module, self.height - (y + 1) * module, length * module, module)
        self.canv.drawPath(path, stroke=0, fill=1)


class Pages(Canvas):
    """Keeps the pages back until their number is known."""

    def __init__(self, *args, texts, styles, **more):
        super().__init__(*args, **more)
        self.texts, self.styles, self.kept = texts, styles, []

    def showPage(self):  # noqa: N802
        self.kept.append(dict(self.__dict__))
        self._startPage()

    def save(self):
        for index, page in enumerate(self.kept):
            self.__dict__.update(page)
            self.setFillColor(BRAND)
            self.rect(0, A4[1] - 2.5 * mm, A4[0], 2.5 * mm, stroke=0, fill=1)
            self.setStrokeColor(HAIRLINE)
            self.setLineWidth(0.5)
            self.line(20 * mm, 18 * mm, A4[0] - 20 * mm, 18 * mm)
            self.setFont(self.styles.regular, self.styles.small_size)
            self.setFillColor(MUTED)
            self.drawString(20 * mm, 13.5 * mm, f"{self.texts.seller_name} · {self.texts.number}")
            self.drawRightString(A4[0] - 20 * mm, 13.5 * mm, f"Halaman {index + 1} dari {len(self.kept)}")
            super().showPage()
        super().save()
