//! Stage 10: reports — what many reviews together say about the machine, and about the calls.

/// How often human and machine agree.
pub mod agreement;
/// A table as CSV.
mod csv;
/// How much came in and what it came to: by day, team and agent.
pub mod figures;
/// How often each rule hits.
pub mod hits;
/// Which items lose the most points.
pub mod losses;
/// All that is looked at first.
pub mod overview;
/// How many reviews each person submits.
pub mod progress;
/// Figures under headings.
pub mod table;
/// A table as a spreadsheet.
mod xlsx;

pub use self::csv::csv;
pub use self::xlsx::xlsx;
