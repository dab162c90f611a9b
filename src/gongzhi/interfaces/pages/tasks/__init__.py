"""Tasks of a unit: the list, finishing with proof, and approving what is outside a work list."""
