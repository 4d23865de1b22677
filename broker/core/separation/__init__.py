"""Separation: which pairs come too close, by which rule, how urgent, and who is told what."""
