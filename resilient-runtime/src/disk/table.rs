//! The table of the database that the answers lie in.

use redb::{
    Database, OwnedAccessGuard, ReadOnlyTable, ReadableDatabase, ReadableTable, Table,
    TableDefinition,
};

use super::{Address, record::Record, room};

type Key = &'static Address;
type Bytes = &'static [u8];

/// The table as it was at one moment.
pub(super) type Reader = ReadOnlyTable<Key, Bytes>;
pub(super) type Changing<'t> = Table<'t, Key, Bytes>;
/// A record where the database has it in memory, for as long as somebody looks at it.
pub(super) type Found = OwnedAccessGuard<Bytes>;

pub(super) const TABLE: TableDefinition<'_, Key, Bytes> = TableDefinition::new("answers");

/// What a look at every record found.
#[derive(Default)]
pub(super) struct Census {
    pub(super) alive: Vec<Alive>,
    pub(super) over: Vec<Address>,
}

/// A record that may still be served.
pub(super) struct Alive {
    pub(super) stored_at: u64,
    pub(super) at_rest: u64,
    pub(super) address: Address,
}

/// The table, for reading; `None` in a file that never had one.
pub(super) fn open(database: &Database) -> Result<Option<Reader>, redb::Error> {
    match database.begin_read()?.open_table(TABLE) {
        Ok(table) => Ok(Some(table)),
        Err(redb::TableError::TableDoesNotExist(_)) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Changes the table: all of it is on disk afterwards, or nothing.
pub(super) fn change(
    database: &Database,
    change: impl FnOnce(&mut Changing<'_>) -> Result<(), redb::Error>,
) -> Result<(), redb::Error> {
    let mut transaction = database.begin_write()?;
    // Without it a process that was killed makes the next one read the whole file first.
    transaction.set_quick_repair(true);
    change(&mut transaction.open_table(TABLE)?)?;
    transaction.commit()?;
    Ok(())
}

/// Looks at every record.
pub(super) fn census(database: &Database, now: u64) -> Result<Census, redb::Error> {
    let mut census = Census::default();
    let Some(table) = open(database)? else { return Ok(census) };
    for entry in table.iter()? {
        let (address, bytes) = entry?;
        let (address, bytes) = (*address.value(), bytes.value());
        match Record::decode(bytes) {
            Ok(record) if !record.is_over(now) => census.alive.push(Alive {
                stored_at: record.stored_at,
                at_rest: room::at_rest(bytes.len()),
                address,
            }),
            _ => census.over.push(address),
        }
    }
    Ok(census)
}

/// Where the records lie for which `holds` does.
pub(super) fn addresses(
    database: &Database,
    holds: impl Fn(&[u8]) -> bool,
) -> Result<Vec<Address>, redb::Error> {
    let mut addresses = Vec::new();
    let Some(table) = open(database)? else { return Ok(addresses) };
    for entry in table.iter()? {
        let (address, record) = entry?;
        if holds(record.value()) {
            addresses.push(*address.value());
        }
    }
    Ok(addresses)
}

/// Takes records along into another database.
pub(super) fn copy(
    from: &Database,
    to: &mut Database,
    kept: &[Address],
) -> Result<(), redb::Error> {
    let Some(from) = open(from)? else { return Ok(()) };
    change(to, |table| {
        for address in kept {
            if let Some(record) = from.get(address)? {
                table.insert(address, record.value())?;
            }
        }
        Ok(())
    })?;
    // It may have grown to twice of what is in it.
    to.compact()?;
    Ok(())
}
