"""What receivers would hear of simulated traffic, bit for bit: written from the standards alone."""
