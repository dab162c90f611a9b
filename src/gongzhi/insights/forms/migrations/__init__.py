"""Tables of forms, their fields and what was filled in."""
