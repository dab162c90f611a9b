"""Facts first, then the Word file."""
