"""Fill once: a form is a view over what is known; only what nobody holds is typed."""
