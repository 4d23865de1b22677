"""The feed: numbered messages per audience, made deterministically from the log."""
