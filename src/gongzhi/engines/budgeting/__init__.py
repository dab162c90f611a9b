"""Which projects does the budget buy so that each group gets its share, and why?"""
