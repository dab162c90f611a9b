"""Reading what is decided together."""
