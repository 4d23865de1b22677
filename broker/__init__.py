"""The Keepclear broker: core, journal, service, gateways and the command line."""
