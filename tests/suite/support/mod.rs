//! What several tests need.

pub(crate) mod board;
pub(crate) mod db;
pub(crate) mod desk;
pub(crate) mod file;
pub(crate) mod found;
pub(crate) mod http;
pub(crate) mod keys;
pub(crate) mod line;
pub(crate) mod metering;
pub(crate) mod request;
pub(crate) mod screen;
pub(crate) mod script;
pub(crate) mod server;
pub(crate) mod shell;
pub(crate) mod smtp;
pub(crate) mod standby;
pub(crate) mod wash;
pub(crate) mod world;
