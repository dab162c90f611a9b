"""Units, people, roles, duties and the permission table."""
