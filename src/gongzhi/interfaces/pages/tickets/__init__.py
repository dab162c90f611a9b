"""One page per ticket for staff: its whole story and the steps that are possible next."""
