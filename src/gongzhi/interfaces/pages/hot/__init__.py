"""What is boiling up, and what usually rises: for staff who read tickets."""
