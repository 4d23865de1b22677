"""The service: the clock, the engine thread, intake and the feed. It knows no wire format."""
