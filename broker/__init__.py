"""The Keepclear broker: core, journal, service, gateways and the command line."""

from broker.kernels import keep_kernels_apart

# Before anything imports Numba.
keep_kernels_apart()
