"""One request from intake to call-back."""
