"""Files, checked and re-encoded."""
