"""One aircraft, one track: which publishers' tracks are the same aircraft."""
