"""Executing the book again and saying, with evidence, whether it still holds."""
