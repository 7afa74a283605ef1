//! The parts that pages are made of: tables, lists of facts, buttons.

use kernel::Markup;

/// A column of a table.
#[derive(Clone, Copy, Debug)]
pub(super) struct Column {
    name: &'static str,
    class: &'static str,
}

/// A column of texts.
pub(super) const fn column(name: &'static str) -> Column {
    Column { name, class: "" }
}

/// A column of numbers and amounts, one below the other.
pub(super) const fn numbers(name: &'static str) -> Column {
    Column { name, class: "num" }
}

/// A table with a name. On a narrow screen each row is a card, which is why every cell knows its column's name.
pub(super) struct Table<const N: usize> {
    name: &'static str,
    columns: [Column; N],
    rows: Markup,
}

impl<const N: usize> Table<N> {
    pub(super) const fn new(name: &'static str, columns: [Column; N]) -> Self {
        Self { name, columns, rows: Markup::EMPTY }
    }

    /// Adds a row. Its first cell is its heading.
    pub(super) fn row(&mut self, cells: [Markup; N]) {
        self.rows.push(&Markup::html("<tr role=\"row\">"));
        for (index, (column, cell)) in self.columns.iter().zip(cells).enumerate() {
            let Column { name, class } = column;
            let html = if index == 0 {
                format!("<th scope=\"row\" role=\"rowheader\" class=\"{class}\" data-name=\"{name}\">{cell}</th>")
            } else {
                format!("<td role=\"cell\" class=\"{class}\" data-name=\"{name}\">{cell}</td>")
            };
            self.rows.push(&Markup::html(html));
        }
        self.rows.push(&Markup::html("</tr>"));
    }

    /// The table, or `empty` when it has no rows.
    pub(super) fn or_say(self, empty: &'static str) -> Markup {
        if self.rows.is_empty() {
            return Markup::html(format!("<p class=\"soft\">{empty}</p>"));
        }
        let heads: Markup = self
            .columns
            .iter()
            .map(|Column { name, class }| {
                Markup::html(format!("<th scope=\"col\" role=\"columnheader\" class=\"{class}\">{name}</th>"))
            })
            .collect();
        Markup::html(format!(
            "<table role=\"table\" aria-label=\"{}\"><thead role=\"rowgroup\"><tr role=\"row\">{heads}</tr></thead>\
             <tbody role=\"rowgroup\">{}</tbody></table>",
            self.name, self.rows
        ))
    }
}

/// What is known of one thing: names and values.
#[derive(Default)]
pub(super) struct Facts(Markup);

impl Facts {
    pub(super) fn with(mut self, name: &'static str, value: &Markup) -> Self {
        if !value.is_empty() {
            self.0.push(&Markup::html(format!("<div><dt>{name}</dt><dd>{value}</dd></div>")));
        }
        self
    }

    pub(super) fn done(self) -> Markup {
        Markup::html(format!("<dl>{}</dl>", self.0))
    }
}

/// A part of a page with a heading of its own.
pub(super) fn section(id: &'static str, heading: &Markup, body: &Markup) -> Markup {
    Markup::html(format!(
        "<section id=\"{id}\" aria-labelledby=\"{id}-title\"><h2 id=\"{id}-title\">{heading}</h2>{body}</section>"
    ))
}

/// What a button does to things.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tone {
    Plain,
    /// Something is lost by it.
    Danger,
}

/// A button that posts to `address`. Where several have one label, `of` says to whoever hears the page which is which.
pub(super) fn button(address: &str, label: &'static str, of: &str, tone: Tone) -> Markup {
    let class = match tone {
        Tone::Plain => "",
        Tone::Danger => " class=\"danger\"",
    };
    let name = if of.is_empty() { String::new() } else { format!(" aria-label=\"{label}: {}\"", Markup::text(of)) };
    Markup::html(format!(
        "<form method=\"post\" action=\"{}\"><button{class}{name}>{label}</button></form>",
        Markup::text(address)
    ))
}

/// Something that went wrong, or went well, which is said at once.
pub(super) fn notice(role: Role, text: &Markup) -> Markup {
    let (role, class) = match role {
        Role::Alert => ("alert", "notice warn"),
        Role::Status => ("status", "notice"),
    };
    Markup::html(format!("<p role=\"{role}\" class=\"{class}\">{text}</p>"))
}

/// How urgent a notice is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Alert,
    Status,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_of_no_rows_says_so() {
        let table = || Table::new("Invoices", [column("Number"), numbers("Total")]);
        assert_eq!(table().or_say("No invoices yet.").into_html(), "<p class=\"soft\">No invoices yet.</p>");
        let mut one = table();
        one.row([Markup::text("INV-1"), Markup::text("<b>")]);
        let html = one.or_say("").into_html();
        assert!(html.contains("data-name=\"Total\">&lt;b&gt;</td>") && html.contains("role=\"rowheader\""), "{html}");
    }

    #[test]
    fn buttons_of_one_label_have_names_of_their_own() {
        let html = button("/x", "Notify again", "pay_1\"", Tone::Plain).into_html();
        assert!(html.contains("aria-label=\"Notify again: pay_1&quot;\""), "{html}");
    }
}
