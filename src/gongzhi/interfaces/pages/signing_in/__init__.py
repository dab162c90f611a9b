"""Staff sign in: login, second factor, recovery codes, the district's own identity service."""
