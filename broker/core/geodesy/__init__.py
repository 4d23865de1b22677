"""Frames, altitude datums and the geoid."""
