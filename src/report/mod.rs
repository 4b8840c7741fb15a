//! Stage 10: reports — what many reviews together say about the machine.

/// How often human and machine agree.
pub mod agreement;
