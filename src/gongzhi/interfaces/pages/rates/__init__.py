"""The three rates: by unit, place, matter and month, each with its counts."""
