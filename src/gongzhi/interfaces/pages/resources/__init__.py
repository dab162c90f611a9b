"""The pool of needs and offers, for everyone, communities, partners and the district."""
