"""How the invented district is made, always the same from one seed."""
