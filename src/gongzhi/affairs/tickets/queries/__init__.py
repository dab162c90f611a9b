"""Reading tickets: lists, one ticket's whole story, rates. Frozen values only."""
