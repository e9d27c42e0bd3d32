# one verb each; `just` alone lists them
default:
    @just --list

# format and lints, as CI runs them
check:
    cargo fmt --check
    cargo clippy --all-targets -- -D warnings

# bring the code into form
fix:
    cargo fmt
    cargo clippy --all-targets --fix --allow-dirty

# all tests, on private servers that they start and stop themselves
test:
    cargo test

# the product with a sample world
demo *ARGS:
    cargo run -- demo {{ARGS}}

# make the offline cache of the SQL queries anew (after changing a query or a migration)
sqlx:
    scripts/sqlx-cache

# is the cache fresh?
sqlx-check:
    scripts/sqlx-cache --check

# licences, advisories, duplicate versions
deny:
    cargo deny check
