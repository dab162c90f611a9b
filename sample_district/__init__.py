"""The invented district: its data, and the scripts that make it."""
