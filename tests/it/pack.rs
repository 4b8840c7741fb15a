//! A pack loads whole or not at all, and every mistake in it is told with its place and what to do.
