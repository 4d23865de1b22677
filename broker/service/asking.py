"""Questions about entry: the picture is taken in the engine thread, answers are made beside it.

What is taken is an index that nobody changes, so a batch of a thousand questions never holds the
engine up; answers of one batch are all of one moment.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from broker.core.agreements.model import Agreement
from broker.core.airspace import Airspace
from broker.core.restrictions.access import EntryIndex, EntryQuestion, Finding, findings
from broker.core.sharing.entry_wording import EntryPicture, picture_of
from broker.service.clock import Clock
from broker.service.intake import Intake


@dataclass(frozen=True, slots=True)
class Answers:
    """What was found for each question, and the picture behind it."""

    found: list[list[Finding]]
    picture: EntryPicture
    agency_names: Mapping[str, str]


class Asking:
    """Answers questions about entry."""

    def __init__(self, intake: Intake, airspace: Airspace, clock: Clock) -> None:
        self._intake = intake
        self._airspace = airspace
        self._clock = clock
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="asking")

    async def answer(self, questions: Sequence[EntryQuestion], agency: str) -> Answers:
        """Answer a batch of checked questions."""
        taken = await self._intake.ask(lambda: self._taken(agency))
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._pool, _answers, taken, questions, agency)

    def answer_later(
        self,
        questions: Sequence[EntryQuestion],
        agency: str,
        on_answer: Callable[[Answers], None],
        on_failure: Callable[[Exception], None],
    ) -> None:
        """The same for callers without an event loop; one of the two is called in another thread.

        Raises Overloaded.
        """

        def work(taken: "_Taken") -> None:
            try:
                on_answer(_answers(taken, questions, agency))
            except Exception as error:  # noqa: BLE001 - handed to whoever asked
                on_failure(error)

        self._intake.query(lambda: self._hand_over(work, self._taken(agency)), on_failure)

    def _hand_over(self, work: Callable[["_Taken"], None], taken: "_Taken") -> None:
        self._pool.submit(work, taken)

    def _taken(self, agency: str) -> "_Taken":
        airspace = self._airspace
        # As the asker's agency is shown it: the age of the picture may not tell of a covert flight.
        known = airspace.coverage.current(agency)
        silent = [str(one.publisher) for one in known if one.silent]
        picture = picture_of(
            self._clock.now_us(),
            airspace.picture(agency)[0],
            airspace.restrictions.refreshed(),
            sorted(silent),
        )
        names = dict(airspace.controls.agency_names)
        agreements = tuple(
            one
            for one in airspace.controls.agreements.register.in_force()
            if agency in one.terms.agencies
        )
        return _Taken(airspace.restrictions.entry_index(), picture, names, agreements)


@dataclass(frozen=True, slots=True)
class _Taken:
    index: EntryIndex
    picture: EntryPicture
    agency_names: Mapping[str, str]
    agreements: tuple[Agreement, ...]
    """In force, with the asker's agency as a party."""


def _answers(taken: _Taken, questions: Sequence[EntryQuestion], agency: str) -> Answers:
    found = findings(taken.index, questions, agency, taken.agreements)
    return Answers(found, taken.picture, taken.agency_names)
