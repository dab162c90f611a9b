"""Files that hold what an engine has learned: plain arrays and plain values, never code."""
