//! What errors mean: each made for real where it can be, and its answers.

mod derived;
mod http;
mod plain;
mod stores;
mod table;

use self::table::Table;

#[test]
fn every_error_has_its_answers() {
    let mut table = Table::default();
    plain::rows(&mut table);
    http::rows(&mut table);
    stores::rows(&mut table);
    derived::rows(&mut table);
    table.check();
}
