"""Messages to people and units; public notices with objection period."""
