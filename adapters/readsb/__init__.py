"""aircraft.json as written by readsb, dump1090-fa and dump1090-mutability."""
