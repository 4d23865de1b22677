"""The air pressure of the day, from the weather reports of aerodromes."""
