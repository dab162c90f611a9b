"""Floor 2: the work; each folder is one affair."""
