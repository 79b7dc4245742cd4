//! Misuse of the attribute (`fail/`) and what only looks like it (`pass/`).
//!
//! `TRYBUILD=overwrite cargo test -p ui-tests --test ui` writes the messages anew; they are read in review.

mod pinned;

#[test]
fn misuse_is_explained_and_the_rest_compiles() {
    if !pinned::is_pinned() {
        return;
    }
    // One after the other: without `pass` beside it, `fail` is only checked, and in one run of cargo.
    let fail = trybuild::TestCases::new();
    fail.compile_fail("fail/*.rs");
    drop(fail);
    let pass = trybuild::TestCases::new();
    pass.pass("pass/*.rs");
}
