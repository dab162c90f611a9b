"""For coordinators, offices and researchers: what the record says, and how sure that is."""
