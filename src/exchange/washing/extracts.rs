//! The extracts of the registers that were brought in earlier, for a comparison that names no file of
//! its own for them (DW-GEN-08, DW-GEN-09).

use sha2::{Digest as _, Sha256};

use super::WashError;
use super::bring::Paths;
use crate::exchange::wash::registers::RegisterFiles;
use crate::store::Store;
use crate::store::wash::RegisterRow;
use crate::wash::given;
use crate::wash::record::{EnterpriseRow, PersonRow};

/// What the database has of a register that no file is given for, and a digest of it; an empty
/// extract is none.
pub(super) async fn brought(
    store: &Store,
    paths: &Paths,
) -> Result<(RegisterFiles, String), WashError> {
    let (mut registers, mut digest) = (RegisterFiles::default(), Sha256::new());
    if paths.persons.is_none() {
        each(store, "persons", &mut digest, |rows| {
            let rows: Vec<_> = rows.iter().map(person).collect();
            registers.take_persons(&rows)
        })
        .await?;
    }
    if paths.enterprises.is_none() {
        each(store, "enterprises", &mut digest, |rows| {
            let rows: Vec<_> = rows.iter().map(enterprise).collect();
            registers.take_enterprises(&rows)
        })
        .await?;
    }
    registers.finish()?;
    let is_empty = registers.counts() == (0, 0);
    let digest = if is_empty {
        String::new()
    } else {
        format!("{:x}", digest.finalize())
    };
    Ok((registers, digest))
}

async fn each(
    store: &Store,
    kind: &str,
    digest: &mut Sha256,
    mut take: impl FnMut(&[RegisterRow]) -> std::io::Result<()>,
) -> Result<(), WashError> {
    let mut after = String::new();
    loop {
        let rows = store.register_rows(kind, &after).await?;
        let Some(last) = rows.last() else {
            return Ok(());
        };
        last.number.clone_into(&mut after);
        for row in &rows {
            for value in values(row) {
                digest.update(value);
                digest.update([0]);
            }
        }
        take(&rows)?;
    }
}

fn values(row: &RegisterRow) -> [&str; 13] {
    [
        &row.number,
        &row.first_name,
        &row.last_name,
        &row.birth_date,
        &row.street,
        &row.house_number,
        &row.postcode,
        &row.city,
        &row.deceased_on,
        mark(row),
        &row.name,
        &row.form,
        &row.condition,
    ]
}

fn mark(row: &RegisterRow) -> &'static str {
    if row.protected { "yes" } else { "no" }
}

fn person(row: &RegisterRow) -> PersonRow {
    given::person([
        &row.number,
        &row.first_name,
        &row.last_name,
        &row.birth_date,
        &row.street,
        &row.house_number,
        &row.postcode,
        &row.city,
        &row.deceased_on,
        mark(row),
    ])
}

fn enterprise(row: &RegisterRow) -> EnterpriseRow {
    EnterpriseRow::new([
        &row.number,
        &row.name,
        &row.form,
        &row.street,
        &row.postcode,
        &row.city,
        &row.condition,
    ])
}
