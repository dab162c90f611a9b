"""Each named difficulty measured from the record."""
