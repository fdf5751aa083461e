"""What the book costs to run: the whole of it, and how time and memory grow."""
