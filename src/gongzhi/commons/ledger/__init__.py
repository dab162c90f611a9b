"""Append-only events, hash-chained per subject."""
