"""Keepclear for partners: the contract (`keepclear.v1`) and a client (`keepclear.client`)."""
