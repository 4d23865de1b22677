"""How much one source may hold. What goes past a limit is refused, never cut short in silence."""

from typing import Final

SOURCE_BYTES: Final = 64 * 1024 * 1024
ITEMS: Final = 50_000
VOLUMES_PER_ITEM: Final = 20
VERTICES_PER_RING: Final = 1_000
VERTICES_PER_ITEM: Final = 1_000
HOLES_PER_POLYGON: Final = 20
PERIODS_PER_ITEM: Final = 200
TEXT_CHARS: Final = 20_000
NESTING: Final = 60
"""Levels of objects, lists or elements inside one another."""
