"""The pure core: commands in, effects out. No I/O, clock, randomness or protobuf in here."""
