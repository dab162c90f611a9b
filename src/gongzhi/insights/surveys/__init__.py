"""Instruments, samples, responses, estimates."""
