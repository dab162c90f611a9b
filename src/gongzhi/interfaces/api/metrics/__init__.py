"""Prometheus metrics: how the installation does, without a word about anybody."""
