"""Tables of studies, published editions and reported violations."""
