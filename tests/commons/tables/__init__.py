"""Spreadsheets, read whatever their kind and encoding."""
