"""Which groups of opinion are there, and what do they share?"""
