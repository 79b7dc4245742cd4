//! Groups of horizontal bars, each with its name before it and its figure behind it, so that no colour has to be told from
//! another. What is drawn is said in the description as well.

use svg::{
    Document,
    node::{
        self,
        element::{Description, Rectangle, Style, Text, Title},
    },
};

use crate::harness::Role;

/// Bars that are compared.
pub(super) struct Chart {
    pub(super) title: &'static str,
    /// What is drawn, and in which unit.
    pub(super) note: &'static str,
    pub(super) groups: Vec<Group>,
}

/// Bars under one heading.
pub(super) struct Group {
    pub(super) title: String,
    pub(super) bars: Vec<Bar>,
}

/// One of them; all of a chart have one scale, which begins at 0.
pub(super) struct Bar {
    pub(super) label: String,
    pub(super) role: Role,
    pub(super) value: f64,
    /// The value for people.
    pub(super) text: String,
}

const WIDTH: f64 = 720.0;
const MARGIN: f64 = 16.0;
/// Where bars begin, and how long the longest is: beside them there is room for a name, and for a figure.
const LEFT: f64 = 236.0;
const LONGEST: f64 = 390.0;
/// What stands above the groups, and what lies between them.
const HEAD: f64 = 72.0;
const GAP: f64 = 8.0;
const LINE: f64 = 22.0;
const BAR: f64 = 14.0;

/// A background of its own: whatever page it stands on, what is written on it can be read.
const STYLE: &str = "\
text { font: 13px system-ui, -apple-system, 'Segoe UI', sans-serif; fill: #1f2328 }
.title { font-size: 16px; font-weight: 600 }
.group { font-weight: 600 }
.note { fill: #59636e }
.name { text-anchor: end }
.back { fill: #ffffff; stroke: #d1d9e0 }
.ours { fill: #0969da }
.floor { fill: #1a7f37 }
.peer { fill: #818b98 }
@media (prefers-color-scheme: dark) {
text { fill: #f0f6fc }
.note { fill: #9198a1 }
.back { fill: #0d1117; stroke: #3d444d }
.ours { fill: #4493f8 }
.floor { fill: #3fb950 }
.peer { fill: #9198a1 }
}";

impl Chart {
    /// The file.
    pub(super) fn drawn(&self) -> String {
        let height = self.height();
        let back = Rectangle::new().set("class", "back").set("x", 0.5).set("y", 0.5).set("rx", 6);
        let mut page = Document::new()
            .set("viewBox", (0.0, 0.0, WIDTH, height))
            .set("width", WIDTH)
            .set("height", height)
            .set("role", "img")
            .set("aria-labelledby", "title desc")
            .add(Title::new(self.title).set("id", "title"))
            .add(Description::new().set("id", "desc").add(node::Text::new(self.said())))
            .add(Style::new(STYLE))
            .add(back.set("width", WIDTH - 1.0).set("height", height - 1.0))
            .add(text(MARGIN, 30.0, "title", self.title))
            .add(text(MARGIN, 52.0, "note", self.note));
        let scale = LONGEST / self.bars().map(|bar| bar.value).fold(f64::MIN_POSITIVE, f64::max);
        let mut top = HEAD;
        for group in &self.groups {
            page = page.add(text(MARGIN, top + BAR, "group", &group.title));
            for bar in &group.bars {
                top += LINE;
                // What is nearly nothing is still to be seen.
                let length = (bar.value * scale).max(1.0).round();
                let shape = Rectangle::new().set("x", LEFT).set("y", top + 2.0);
                page = page
                    .add(text(LEFT - 8.0, top + BAR, "name", &bar.label))
                    .add(
                        shape.set("width", length).set("height", BAR).set("class", class(bar.role)),
                    )
                    .add(text(LEFT + length + 8.0, top + BAR, "figure", &bar.text));
            }
            top += LINE + GAP;
        }
        page.to_string() + "\n"
    }

    #[allow(clippy::cast_precision_loss, reason = "a few bars")]
    fn height(&self) -> f64 {
        let lines = self.bars().count() + self.groups.len();
        HEAD + lines as f64 * LINE + self.groups.len() as f64 * GAP
    }

    fn bars(&self) -> impl Iterator<Item = &Bar> {
        self.groups.iter().flat_map(|group| &group.bars)
    }

    /// The same in words.
    fn said(&self) -> String {
        let groups = self.groups.iter().map(|Group { title, bars }| {
            let bars = bars.iter().map(|bar| format!("{} {}", bar.label, bar.text));
            format!("{title}: {}.", bars.collect::<Vec<_>>().join("; "))
        });
        format!("{} {}", self.note, groups.collect::<Vec<_>>().join(" "))
    }
}

fn text(x: f64, y: f64, class: &str, words: &str) -> Text {
    Text::new(words).set("x", x).set("y", y).set("class", class)
}

fn class(role: Role) -> &'static str {
    match role {
        Role::Ours => "ours",
        Role::Floor => "floor",
        Role::Peer => "peer",
    }
}

#[cfg(test)]
mod tests {
    use super::{Bar, Chart, Group, LONGEST};
    use crate::harness::Role;

    fn bar(role: Role, value: f64) -> Bar {
        Bar { label: "a & b".to_owned(), role, value, text: format!("{value} ns") }
    }

    #[test]
    fn bars_are_as_long_as_their_values_and_all_is_said_in_words() {
        let bars = vec![bar(Role::Ours, 100.0), bar(Role::Peer, 25.0)];
        let groups = vec![Group { title: "One".to_owned(), bars }];
        let drawn = Chart { title: "T", note: "N.", groups }.drawn();
        assert!(drawn.contains(&format!("class=\"ours\" height=\"14\" width=\"{LONGEST}\"")));
        assert!(drawn.contains(&format!("class=\"peer\" height=\"14\" width=\"{}\"", 98)));
        assert!(drawn.contains("N. One: a &amp; b 100 ns; a &amp; b 25 ns."), "{drawn}");
    }
}
