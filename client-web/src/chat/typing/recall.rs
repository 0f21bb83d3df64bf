//! The own last lines, which Up and Down bring back into the field.

/// Lines that are remembered.
const LINES_MAX: usize = 30;

/// The own last lines.
#[derive(Clone, Debug, Default)]
pub struct Recall {
    /// The newest last.
    lines: Vec<String>,
    /// Which one is in the field; the number of lines: what was being typed.
    at: usize,
    /// What was being typed before the first of them was brought back.
    typed: String,
}

impl Recall {
    /// A line was sent.
    pub fn note(&mut self, line: &str) {
        if self.lines.last().is_none_or(|last| last != line) {
            self.lines.push(line.to_owned());
        }
        if self.lines.len() > LINES_MAX {
            self.lines.remove(0);
        }
        self.at = self.lines.len();
    }

    /// The line before (-1) or after (1) the one in the field, if there is one. `field` is what stands there.
    pub fn step(&mut self, step: isize, field: &str) -> Option<&str> {
        let at = self.at.checked_add_signed(step).filter(|at| *at <= self.lines.len())?;
        if self.at == self.lines.len() {
            field.clone_into(&mut self.typed);
        }
        self.at = at;
        Some(self.lines.get(at).unwrap_or(&self.typed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn up_and_down_go_through_the_own_lines_and_come_back_to_what_was_typed() {
        let mut recall = Recall::default();
        assert_eq!(recall.step(-1, "x"), None);
        for line in ["one", "two", "two"] {
            recall.note(line);
        }
        assert_eq!(recall.step(-1, "half a"), Some("two"));
        assert_eq!(recall.step(-1, "two"), Some("one"));
        assert_eq!(recall.step(-1, "one"), None);
        assert_eq!(recall.step(1, "one"), Some("two"));
        assert_eq!(recall.step(1, "two"), Some("half a"));
        assert_eq!(recall.step(1, "half a"), None);
        (0..100).for_each(|n| recall.note(&n.to_string()));
        assert_eq!(recall.lines.len(), LINES_MAX);
        assert_eq!(recall.step(-1, ""), Some("99"));
    }
}
