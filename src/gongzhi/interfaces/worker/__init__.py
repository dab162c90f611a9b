"""Runs what is due: follow-ups and schedules."""
