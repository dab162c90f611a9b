"""Floor 5: the ways in. They translate and hold no rules."""
