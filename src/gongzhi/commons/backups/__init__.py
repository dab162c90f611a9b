"""Backups: everything an installation needs, in one file, and back again."""
