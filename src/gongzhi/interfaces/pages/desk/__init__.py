"""The desk of everyone on the staff: what is due, what is stuck, finding, taking down."""
