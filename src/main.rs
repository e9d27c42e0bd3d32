//! The program. The command line comes with the first commands.

fn main() {}
