//! Forms: what is said at a field, when, and what the keys do there.
