//! Whatever a person or a file can give: nothing breaks.
