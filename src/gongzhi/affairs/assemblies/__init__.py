"""Topics, votes, meetings and decisions."""
