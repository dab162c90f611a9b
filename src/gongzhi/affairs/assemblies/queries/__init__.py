"""What others may know of topics, votes, meetings and decisions, as frozen values."""
