"""Pair policies that ship with the broker: the default, and one for benchmarks."""
