"""Working time: holidays, swapped weekends, office hours."""
