//! The command line of zhijian.
fn main() {}
