"""The pages anyone sees first: home, privacy, remarks, health."""
