"""Charts and maps: drawn once as plain shapes, then put on paper as SVG or PNG."""
