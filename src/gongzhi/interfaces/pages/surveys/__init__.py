"""Surveys: questionnaires, field work, filling in, results."""
