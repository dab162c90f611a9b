"""Machine interfaces, each with its own schema and its own door."""
