"""Floor 4: a documented model of residents, units and seasons that drives the real actions."""
