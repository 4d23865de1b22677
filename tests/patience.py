"""How long tests wait for what must come: so long that only something that hangs takes longer.

No test is about how fast a machine is. What must not come, or must end a wait, has short limits of
its own, beside what it proves; none of them may end a wait for something that is on its way.
"""

from typing import Final

PATIENCE_S: Final = 240.0
"""Within the limit of a whole test, so that what never came is named."""
