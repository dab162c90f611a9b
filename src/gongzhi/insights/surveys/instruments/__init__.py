"""Instruments as plain values: read from XLSForm, checked, asked, answered and written again."""
