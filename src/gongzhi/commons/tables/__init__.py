"""Reading, mapping, checking and rejecting spreadsheets."""
