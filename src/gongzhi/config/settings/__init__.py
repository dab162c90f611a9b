"""Settings: base, local, test and production."""
