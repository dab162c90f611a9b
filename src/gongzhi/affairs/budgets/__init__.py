"""Rounds, proposals, ballots and the community fund."""
