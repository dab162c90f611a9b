"""Fill once: forms asked of communities, their cost, and filling them from what is known."""
