"""Remote ID: what drones broadcast of themselves (ASTM F3411), raw or as receivers pass it on."""
