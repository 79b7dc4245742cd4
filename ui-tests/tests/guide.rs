//! What the guide shows of the expansion is what the macro writes.

use std::{fs, path::Path};

const GUIDE: &str = "../resilient-runtime/docs/guide";

/// What stands in a page's block for what is left out.
const LEFT_OUT: &str = "// ...";

#[test]
fn the_expansions_in_the_guide_are_those_that_are_committed() {
    let page = read(&format!("{GUIDE}/expansion.md"));
    let committed = committed();
    let shown = blocks(&page, "ignore");
    assert!(shown.len() > 10, "only {} blocks were found", shown.len());
    for block in shown {
        let parts: Vec<_> = block.split(LEFT_OUT).map(without_space).collect();
        assert!(
            committed.iter().any(|expansion| has_in_order(expansion, &parts)),
            "no `*.expanded.rs` has this:\n{block}"
        );
    }
}

#[test]
fn the_guide_shows_the_expansion_of_what_it_shows() {
    let page = read(&format!("{GUIDE}/expansion.md"));
    let compiled: Vec<_> =
        blocks(&page, "").into_iter().map(|block| without_space(&block)).collect();
    let items = [
        ("card", "#[resilient(", "eprintln!"),
        ("impl_block", "pub struct HttpScout", ""),
        ("functions", "#[resilient(retry(max = 3, base", "pub struct Shop"),
    ];
    for (example, from, to) in items {
        let source = read(&format!("expand/{example}.rs"));
        let item = &source[source.find(from).expect("begins")..];
        let item = &item[..if to.is_empty() { item.len() } else { item.find(to).expect("ends") }];
        let item = without_space(item);
        assert!(compiled.iter().any(|block| block.contains(&item)), "{example}.rs is another one");
    }
}

fn read(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The committed expansions, without white space.
fn committed() -> Vec<String> {
    let expand = Path::new(env!("CARGO_MANIFEST_DIR")).join("expand");
    let paths =
        fs::read_dir(expand).expect("is there").map(|entry| entry.expect("readable").path());
    let expanded = paths.filter(|path| path.to_string_lossy().ends_with(".expanded.rs"));
    expanded.map(|path| without_space(&fs::read_to_string(path).expect("readable"))).collect()
}

/// The blocks of code of a page that are marked with a word.
fn blocks(page: &str, word: &str) -> Vec<String> {
    let mut blocks = Vec::new();
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        if let Some(mark) = line.strip_prefix("```") {
            let block = lines.by_ref().take_while(|line| *line != "```").collect::<Vec<_>>();
            if mark == word {
                blocks.push(block.join("\n"));
            }
        }
    }
    blocks
}

fn without_space(text: &str) -> String {
    text.chars().filter(|letter| !letter.is_whitespace()).collect()
}

fn has_in_order(text: &str, parts: &[String]) -> bool {
    let mut rest = Some(text);
    for part in parts {
        rest = rest.and_then(|text| text.find(part).map(|at| &text[at + part.len()..]));
    }
    rest.is_some()
}
