"""Sharing: who may see what, and in which words."""
