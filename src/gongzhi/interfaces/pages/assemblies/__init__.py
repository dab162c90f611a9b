"""Deciding together: topics, votes, meetings and decisions."""
