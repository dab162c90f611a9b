"""Studies that researchers write, and the public library of what was published."""
