"""Height bands: what a drone was allotted at its incident, and whether it keeps to it."""
