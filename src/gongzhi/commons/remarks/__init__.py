"""What people say about a page of this software, so that it gets better."""
