"""What every page shares: frame, language, display choices, headers, refusals."""
