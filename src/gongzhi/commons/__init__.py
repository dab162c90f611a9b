"""Floor 1: what every affair stands on."""
