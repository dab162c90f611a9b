"""One pool of needs and offers, claimed from both sides and confirmed by the people served."""
