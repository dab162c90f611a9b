"""The back office of the administrator."""
