"""Floor 0: pure computation; no Django, no files, no clock."""
