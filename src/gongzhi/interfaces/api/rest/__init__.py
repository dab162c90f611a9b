"""The native REST interface, described by OpenAPI 3.1."""
