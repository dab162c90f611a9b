"""Floor 6: settings, URLs and entry points; the only reader of the environment."""
