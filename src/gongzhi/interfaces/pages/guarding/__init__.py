"""Public forms are guarded: how often, from where, and a question anyone can answer."""
