//! A page of which parts are written by us: what stands between `<!-- begin: part -->` and `<!-- end: part -->`.

use std::{fs, path::Path};

/// Puts a text in the place of what the part was, and leaves the rest as it is.
pub fn write(page: &Path, part: &str, text: &str) -> Result<(), String> {
    let name = page.display();
    let before = fs::read_to_string(page).map_err(|error| format!("{name}: {error}"))?;
    let after = replaced(&before, part, text).map_err(|problem| format!("{name}: {problem}"))?;
    fs::write(page, after).map_err(|error| format!("{name}: {error}"))
}

fn replaced(page: &str, part: &str, text: &str) -> Result<String, String> {
    let (begin, end) = (format!("<!-- begin: {part} -->"), format!("<!-- end: {part} -->"));
    let missing = |marker: &str| format!("has no `{marker}`");
    let (before, rest) = page.split_once(&begin).ok_or_else(|| missing(&begin))?;
    let (_, after) = rest.split_once(&end).ok_or_else(|| missing(&end))?;
    Ok(format!("{before}{begin}\n\n{}\n\n{end}{after}", text.trim()))
}

#[cfg(test)]
mod tests {
    use super::replaced;

    const PAGE: &str = "By hand.\n<!-- begin: a -->\nold\n<!-- end: a -->\nBy hand too.\n";

    #[test]
    fn what_is_written_by_hand_stays() {
        let page = replaced(PAGE, "a", "new\n").expect("both markers");
        assert_eq!(page, "By hand.\n<!-- begin: a -->\n\nnew\n\n<!-- end: a -->\nBy hand too.\n");
        assert_eq!(replaced(&page, "a", "new").as_ref(), Ok(&page), "twice is once");
    }

    #[test]
    fn a_part_that_is_not_there_is_said() {
        assert_eq!(replaced(PAGE, "b", ""), Err("has no `<!-- begin: b -->`".to_owned()));
    }
}
