"""Gateways: the wire on one side, core types on the other, and nothing else."""
