"""Encryption, masking, retention, a person's own data."""
