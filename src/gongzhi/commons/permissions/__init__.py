"""Who may do what, and where: the floor of the commons, below every room that changes things."""
