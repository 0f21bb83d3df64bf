//! Tables, and their form in Markdown.

/// A table: a head for each column, and lines that begin with a name.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Table {
    /// Heads of all columns, the name column first.
    pub heads: Vec<String>,
    /// Name of the line, and one cell for each further column.
    pub lines: Vec<(String, Vec<String>)>,
}

impl std::fmt::Display for Table {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(f, "| {} |", self.heads.join(" | "))?;
        writeln!(f, "|---{}|", "|---:".repeat(self.heads.len().saturating_sub(1)))?;
        for (name, cells) in &self.lines {
            writeln!(f, "| {name} | {} |", cells.join(" | "))?;
        }
        Ok(())
    }
}

/// Builds a table line by line, with a column for each item.
pub struct Columns<'a, T> {
    items: &'a [(String, &'a T)],
    /// The table so far.
    pub table: Table,
}

impl<'a, T> Columns<'a, T> {
    /// An empty table; `first` is the head of the name column.
    pub fn new(first: &str, items: &'a [(String, &'a T)]) -> Self {
        let heads = items.iter().map(|(head, _)| head.clone());
        let heads = std::iter::once(first.to_owned()).chain(heads).collect();
        Columns { items, table: Table { heads, lines: Vec::new() } }
    }

    /// Adds a line with a cell for each item.
    pub fn line(&mut self, name: &str, cell: impl Fn(&T) -> String) {
        let cells = self.items.iter().map(|(_, item)| cell(item)).collect();
        self.table.lines.push((name.to_owned(), cells));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_has_a_column_for_each_item() {
        let items = [("one".to_owned(), &1), ("two".to_owned(), &2)];
        let mut columns = Columns::new("number", &items);
        columns.line("doubled", |number| (number * 2).to_string());
        let text = columns.table.to_string();
        assert_eq!(text, "| number | one | two |\n|---|---:|---:|\n| doubled | 2 | 4 |\n");
    }
}
