//! How many reviews each person submits, day by day.

use serde::Serialize;
use utoipa::ToSchema;

use super::table::{Cell, Column};

/// What somebody submitted on one day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ReviewerDay {
    /// The person's id.
    pub person: String,
    /// What they are called.
    pub name: String,
    /// The day on which they submitted, by the hours of the place that was asked for.
    #[schema(format = Date)]
    pub day: String,
    /// How many reviews that are submitted now were so on that day, by them.
    pub submitted: u64,
}

/// The columns of a table of progress.
#[must_use]
pub fn columns() -> Vec<Column<ReviewerDay>> {
    vec![
        Column { heading: "日期", cell: |row| Cell::Text(row.day.clone()) },
        Column { heading: "姓名", cell: |row| Cell::Text(row.name.clone()) },
        Column { heading: "人员编号", cell: |row| Cell::Text(row.person.clone()) },
        Column { heading: "提交", cell: |row| Cell::Count(row.submitted) },
    ]
}
