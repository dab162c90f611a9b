"""Reading rounds, proposals and the fund."""
