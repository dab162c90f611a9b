"""Reading the pool."""
