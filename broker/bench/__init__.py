"""Benches: the broker measured against its peers in one run, never against a remembered figure."""
