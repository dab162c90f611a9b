"""The community fund: rounds, proposals, the vote by code, results, and the fund."""
