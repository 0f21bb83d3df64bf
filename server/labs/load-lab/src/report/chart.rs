//! A line chart as SVG: axes with units, a legend, and a tooltip with the value at each point.
//!
//! Colours are the page's variables `--series-1` to `--series-6`, so that the chart fits light and dark themes.

use std::fmt::Write;

use super::axis::Axis;

/// One line of a chart.
#[derive(Clone, Debug, Default)]
pub struct Series {
    /// Text in the legend.
    pub label: String,
    /// Number of its colour, 1..=6.
    pub colour: usize,
    /// Whether the line is dashed, as for a reference.
    pub is_dashed: bool,
    /// Points (x, y) in ascending order of x.
    pub points: Vec<(f64, f64)>,
}

/// A chart with one scale.
#[derive(Clone, Debug, Default)]
pub struct Chart {
    /// Heading.
    pub title: String,
    /// Label of the horizontal axis, with its unit.
    pub x_label: String,
    /// Label of the vertical axis, with its unit.
    pub y_label: String,
    /// Whether the vertical axis is logarithmic.
    pub is_log: bool,
    /// Marks of the horizontal axis; chosen automatically if empty.
    pub x_marks: Vec<f64>,
    /// The lines.
    pub series: Vec<Series>,
    /// Limits to draw as horizontal lines, each with its name.
    pub limits: Vec<(f64, String)>,
}

/// Size and margins of every chart, in SVG user units.
const WIDTH: f64 = 620.0;
const HEIGHT: f64 = 360.0;
const LEFT: f64 = 62.0;
const RIGHT: f64 = 18.0;
const TOP: f64 = 58.0;
const BOTTOM: f64 = 46.0;
/// Approximate width of a character in the legend.
const CHAR_WIDTH: f64 = 6.6;
/// Smallest distance between two labelled marks, so that the labels do not overlap.
const X_MARKS_APART: f64 = 36.0;
impl Chart {
    /// Renders the SVG element.
    pub fn to_svg(&self) -> String {
        let values = self.series.iter().flat_map(|series| &series.points).map(|(_, y)| *y);
        let limits = self.limits.iter().map(|(value, _)| *value);
        let values: Vec<f64> = values.chain(limits).collect();
        let side = match self.is_log {
            true => Axis::logarithmic(&values),
            false => Axis::linear(values.iter().copied().fold(0.0, f64::max)),
        };
        let xs = self.series.iter().flat_map(|series| &series.points).map(|(x, _)| *x);
        let foot = match self.x_marks.last() {
            // The axis ends at the last mark, so that the points fill the chart.
            Some(last) => Axis { min: 0.0, max: *last * 1.03, is_log: false },
            None => Axis::linear(xs.fold(0.0, f64::max)),
        };
        let mut svg = String::new();
        self.write_frame(&mut svg, &foot, &side);
        self.write_legend(&mut svg);
        for (value, _) in &self.limits {
            let at = y(&side, *value);
            let _ = write!(
                svg,
                "<line class=\"limit\" x1=\"{LEFT}\" x2=\"{:.1}\" y1=\"{at:.1}\" y2=\"{at:.1}\"/>",
                WIDTH - RIGHT,
            );
        }
        for series in &self.series {
            self.write_series(&mut svg, series, &foot, &side);
        }
        // Drawn above the lines, at the left, where the fewest lines are.
        for (value, label) in &self.limits {
            let _ = write!(
                svg,
                "<text class=\"limit-label\" x=\"{:.1}\" y=\"{:.1}\">{}</text>",
                LEFT + 6.0,
                y(&side, *value) - 5.0,
                escape(label),
            );
        }
        svg.push_str("</svg>\n");
        svg
    }

    fn write_frame(&self, svg: &mut String, foot: &Axis, side: &Axis) {
        let title = escape(&self.title);
        let _ = write!(
            svg,
            "<svg viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" aria-label=\"{title}\">\
             <text class=\"title\" x=\"0\" y=\"16\">{title}</text>",
        );
        let (right, low) = (WIDTH - RIGHT, HEIGHT - BOTTOM);
        for mark in side.marks() {
            let at = y(side, mark);
            let _ = write!(
                svg,
                "<line class=\"grid\" x1=\"{LEFT}\" x2=\"{right}\" y1=\"{at:.1}\" y2=\"{at:.1}\"/>\
                 <text class=\"mark\" x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>",
                LEFT - 7.0,
                at + 4.0,
                figure(mark),
            );
        }
        let own_marks = foot.marks();
        let marks = if self.x_marks.is_empty() { &own_marks } else { &self.x_marks };
        let mut last = f64::NEG_INFINITY;
        for mark in marks {
            let at = x(foot, *mark);
            let _ = write!(
                svg,
                "<line class=\"axis\" x1=\"{at:.1}\" x2=\"{at:.1}\" y1=\"{low}\" y2=\"{:.1}\"/>",
                low + 5.0
            );
            if at - last >= X_MARKS_APART {
                let _ = write!(
                    svg,
                    "<text class=\"mark\" x=\"{at:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{}</text>",
                    low + 19.0,
                    figure(*mark),
                );
                last = at;
            }
        }
        let _ = write!(
            svg,
            "<line class=\"axis\" x1=\"{LEFT}\" x2=\"{right}\" y1=\"{low}\" y2=\"{low}\"/>\
             <text class=\"label\" x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{}</text>\
             <text class=\"label\" transform=\"translate(13 {:.1}) rotate(-90)\" text-anchor=\"middle\">{}</text>",
            (LEFT + right) / 2.0,
            HEIGHT - 7.0,
            escape(&self.x_label),
            (TOP + low) / 2.0,
            escape(&self.y_label),
        );
    }

    fn write_legend(&self, svg: &mut String) {
        let mut at = LEFT;
        for series in &self.series {
            let dash = if series.is_dashed { " dashed" } else { "" };
            let colour = series.colour;
            let _ = write!(
                svg,
                "<g class=\"series-{colour}\"><line class=\"line{dash}\" x1=\"{at:.1}\" x2=\"{:.1}\" y1=\"36\" \
                 y2=\"36\"/></g><text class=\"legend\" x=\"{:.1}\" y=\"40\">{}</text>",
                at + 22.0,
                at + 28.0,
                escape(&series.label),
            );
            at += 44.0 + series.label.chars().count() as f64 * CHAR_WIDTH;
        }
    }

    fn write_series(&self, svg: &mut String, series: &Series, foot: &Axis, side: &Axis) {
        let dash = if series.is_dashed { " dashed" } else { "" };
        let _ = write!(
            svg,
            "<g class=\"series-{}\"><polyline class=\"line{dash}\" points=\"",
            series.colour
        );
        for (at, value) in &series.points {
            let _ = write!(svg, "{:.1},{:.1} ", x(foot, *at), y(side, *value));
        }
        svg.push_str("\"/>");
        // A long series is drawn without dots.
        if series.points.len() <= DOTS_MAX {
            for (at, value) in &series.points {
                let _ = write!(
                    svg,
                    "<circle cx=\"{:.1}\" cy=\"{:.1}\" r=\"3.5\"><title>{}, {}: {}</title></circle>",
                    x(foot, *at),
                    y(side, *value),
                    escape(&series.label),
                    figure(*at),
                    figure(*value),
                );
            }
        }
        svg.push_str("</g>");
    }
}

/// Largest number of points drawn as dots.
const DOTS_MAX: usize = 20;

fn x(axis: &Axis, value: f64) -> f64 {
    LEFT + axis.place(value) * (WIDTH - LEFT - RIGHT)
}

fn y(axis: &Axis, value: f64) -> f64 {
    HEIGHT - BOTTOM - axis.place(value) * (HEIGHT - TOP - BOTTOM)
}

/// Formats a number with about three significant digits and commas between thousands.
pub fn figure(value: f64) -> String {
    let size = value.abs();
    if size >= 1_000.0 {
        let whole = format!("{size:.0}");
        let mut text = String::new();
        for (index, digit) in whole.chars().enumerate() {
            if index > 0 && (whole.len() - index).is_multiple_of(3) {
                text.push(',');
            }
            text.push(digit);
        }
        return if value < 0.0 { format!("-{text}") } else { text };
    }
    let text = match size {
        0.0 => return "0".to_owned(),
        _ if size >= 100.0 => format!("{value:.0}"),
        _ if size >= 10.0 => format!("{value:.1}"),
        _ if size >= 0.1 => format!("{value:.2}"),
        _ => format!("{value:.4}"),
    };
    match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => text,
    }
}

/// Escapes text for HTML and SVG.
pub fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chart(is_log: bool) -> Chart {
        Chart {
            title: "Ticks & <lateness>".to_owned(),
            x_label: "clients".to_owned(),
            y_label: "ms".to_owned(),
            is_log,
            x_marks: vec![100.0, 1_000.0],
            series: vec![Series {
                label: "p99".to_owned(),
                colour: 2,
                is_dashed: true,
                points: vec![(100.0, 0.2), (1_000.0, 7.0)],
            }],
            limits: vec![(33.3, "a tick".to_owned())],
        }
    }

    #[test]
    fn a_chart_has_title_units_marks_legend_and_limits() {
        for is_log in [false, true] {
            let svg = chart(is_log).to_svg();
            for part in [
                "Ticks &amp; &lt;lateness&gt;",
                ">clients</text>",
                ">ms</text>",
                ">1,000</text>",
                ">p99</text>",
                ">a tick</text>",
                "class=\"line dashed\"",
                "<title>p99, 1,000: 7</title>",
            ] {
                assert!(svg.contains(part), "{part:?} in {svg}");
            }
            assert!(!svg.contains("NaN") && !svg.contains("inf"), "{svg}");
            assert!(svg.starts_with("<svg ") && svg.ends_with("</svg>\n"), "{svg}");
        }
    }

    #[test]
    fn a_chart_without_points_or_of_zeros_has_no_invalid_numbers() {
        for is_log in [false, true] {
            for points in [vec![], vec![(0.0, 0.0)], vec![(1.0, 0.0), (2.0, 0.0)]] {
                let series = vec![Series { points, ..Series::default() }];
                let svg = Chart { is_log, series, ..Chart::default() }.to_svg();
                assert!(!svg.contains("NaN") && !svg.contains("inf"), "{svg}");
            }
        }
    }

    #[test]
    fn figures_have_about_three_significant_digits() {
        for (value, text) in [
            (0.0, "0"),
            (0.05, "0.05"),
            (0.00012, "0.0001"),
            (1.5, "1.5"),
            (33.33, "33.3"),
            (20.0, "20"),
            (452.2, "452"),
            (1_458.0, "1,458"),
            (1_234_567.0, "1,234,567"),
            (-2_000.0, "-2,000"),
        ] {
            assert_eq!(figure(value), text);
        }
    }
}
