"""For residents, without an account: report in three screens, follow by a private link."""
