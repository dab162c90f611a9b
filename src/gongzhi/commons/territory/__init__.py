"""The tree of places, boundaries, and locating a point or an address."""
