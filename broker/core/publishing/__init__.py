"""Accountable publishing: drafts, second looks, emergencies, and proof of who was told."""
