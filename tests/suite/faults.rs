//! Faults, each made on purpose: of the line, of processes, of the server, of the disk, of clocks.
