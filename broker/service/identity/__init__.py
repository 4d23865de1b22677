"""Who is calling: certificates and their authority, the register of systems, sign-in tokens."""
