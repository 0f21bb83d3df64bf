//! The report as one self-contained HTML page: no script, no web font, no external picture.

use std::fmt::Write;

use super::chart::escape;
use super::sections::{INTRODUCTION, Section, TITLE, sections};
use crate::results::Results;

/// Renders the page.
pub fn html(results: &Results) -> String {
    let mut page = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>Driftfield: {TITLE}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<main>\n\
         <h1>{TITLE}</h1>\n<p>{}</p>\n",
        escape(INTRODUCTION)
    );
    for section in sections(results) {
        write_section(&mut page, &section);
    }
    page.push_str("</main>\n</body>\n</html>\n");
    page
}

fn write_section(page: &mut String, section: &Section) {
    let _ = write!(
        page,
        "<h2>{}</h2>\n<p>{}</p>\n<pre>{}</pre>\n<p class=\"machine\">{}</p>\n",
        escape(&section.title),
        escape(&section.text),
        escape(&section.command),
        escape(&section.machine),
    );
    if !section.charts.is_empty() {
        page.push_str("<div class=\"charts\">\n");
        for chart in &section.charts {
            let _ = writeln!(page, "<figure>{}</figure>", chart.to_svg());
        }
        page.push_str("</div>\n");
    }
    page.push_str("<div class=\"table\"><table>\n<tr>");
    for head in &section.table.heads {
        let _ = write!(page, "<th>{}</th>", escape(head));
    }
    page.push_str("</tr>\n");
    for (name, cells) in &section.table.lines {
        let _ = write!(page, "<tr><th>{}</th>", escape(name));
        for cell in cells {
            let _ = write!(page, "<td>{}</td>", escape(cell));
        }
        page.push_str("</tr>\n");
    }
    page.push_str("</table></div>\n");
}

/// The series colours also differ in lightness, for readers who cannot tell the hues apart.
const STYLE: &str = ":root { color-scheme: light dark;
  --ground: #ffffff; --card: #f6f7f9; --ink: #16202c; --quiet: #586575; --grid: #dde2e8; --axis: #8894a3;
  --limit: #b3261e; --series-1: #1259c3; --series-2: #c26a00; --series-3: #128a5a;
  --series-4: #7b3fc4; --series-5: #0e7c8b; --series-6: #a8326e; }
@media (prefers-color-scheme: dark) { :root {
  --ground: #0f141b; --card: #171e28; --ink: #e6ebf1; --quiet: #9aa7b5; --grid: #2a3442; --axis: #66748a;
  --limit: #ff8a80; --series-1: #6ea8ff; --series-2: #ffb04d; --series-3: #5fd8a4;
  --series-4: #c3a0ff; --series-5: #5fd0e0; --series-6: #ff8fc0; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 1320px; margin: 0 auto; padding: 24px 20px 64px; }
h1 { font-size: 1.7rem; line-height: 1.2; margin: 0 0 8px; }
h2 { font-size: 1.2rem; margin: 40px 0 8px; }
p { max-width: 78ch; }
.charts { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 460px), 1fr)); gap: 16px; }
figure { margin: 0; padding: 16px; background: var(--card); border-radius: 8px; }
svg { display: block; width: 100%; height: auto; font-family: system-ui, sans-serif; }
text { fill: var(--ink); font-size: 12px; }
.title { font-size: 15px; font-weight: 600; }
.mark, .label { fill: var(--quiet); }
.grid { stroke: var(--grid); }
.axis { stroke: var(--axis); }
.limit { stroke: var(--limit); stroke-dasharray: 2 4; }
.limit-label { fill: var(--limit); paint-order: stroke; stroke: var(--card); stroke-width: 4px; }
.line { fill: none; stroke: currentColor; stroke-width: 2; stroke-linejoin: round; }
.dashed { stroke-dasharray: 6 4; }
circle { fill: currentColor; stroke: var(--card); stroke-width: 1; }
.series-1 { color: var(--series-1); } .series-2 { color: var(--series-2); } .series-3 { color: var(--series-3); }
.series-4 { color: var(--series-4); } .series-5 { color: var(--series-5); } .series-6 { color: var(--series-6); }
pre { overflow-x: auto; padding: 10px 12px; background: var(--card); border-radius: 6px; font-size: 0.85rem; }
.machine { color: var(--quiet); font-size: 0.9rem; }
.table { overflow-x: auto; margin-top: 16px; }
table { border-collapse: collapse; font-size: 0.8rem; font-variant-numeric: tabular-nums; }
th, td { padding: 5px 0 5px 28px; border-bottom: 1px solid var(--grid); text-align: right; white-space: nowrap; }
th:first-child { padding-left: 0; text-align: left; font-weight: 500; }
tr:first-child th { font-weight: 600; }
";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::{Point, SoakResults, SweepResults};

    #[test]
    fn the_page_stands_alone_and_shows_every_scenario() {
        let points = vec![Point { clients: 100, ..Point::default() }];
        let sweep = SweepResults { points, room: "a<b".to_owned(), ..SweepResults::default() };
        let soak =
            SoakResults { resident: vec![(0.0, 8.0), (60.0, 9.0)], ..SoakResults::default() };
        let results = Results { sweep: Some(sweep), soak: Some(soak), ..Results::default() };
        let page = html(&results);
        for part in ["<script", "http://", "https://", "<link", "url(", "NaN"] {
            assert!(!page.contains(part), "{part}");
        }
        assert!(page.contains("a&lt;b") && page.matches("<svg ").count() == 9, "{page}");
        assert_eq!(page.matches("<table>").count(), 2);
    }
}
