"""Floor 4: where affairs meet."""
