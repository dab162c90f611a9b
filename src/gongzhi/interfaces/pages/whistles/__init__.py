"""Whistles: calling units together, answering a call, minutes, ratings."""
