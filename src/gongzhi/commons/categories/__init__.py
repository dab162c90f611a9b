"""The tree of matters, versioned."""
