"""Owner, due date, proof: what whistles, decisions and projects ask for."""
