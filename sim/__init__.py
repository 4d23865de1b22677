"""Simulated London: seeded traffic, encounters, faults and scoring, a client of the contract."""
