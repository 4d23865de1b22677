"""What every ADS-B format shares: the aircraft, its quality, its altitude, and its report."""
