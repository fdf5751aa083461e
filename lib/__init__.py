"""The thin library that the book's notebooks call."""
