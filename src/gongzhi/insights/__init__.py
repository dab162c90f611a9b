"""Floor 3: reads affairs, never writes them."""
