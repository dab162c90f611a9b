"""Pinned inputs, one runner, side by side with named peers."""
