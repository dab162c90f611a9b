"""What one side says of the other, or the resident of the result."""
