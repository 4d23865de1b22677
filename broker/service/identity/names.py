"""Names that are set aside."""

from typing import Final

PERSON_PREFIX: Final = "person-"
"""How the name of a person who signed in begins; no system can be enrolled under such a name."""
