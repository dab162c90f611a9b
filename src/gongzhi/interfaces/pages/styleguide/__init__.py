"""Every component in use, in both languages."""
