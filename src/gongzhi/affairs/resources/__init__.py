"""Needs, offers and projects in one pool."""
