"""Tracks: report batches in columns, and the table of what is flying now."""
