"""Proof of delivery: which system got which edition, and who has not acknowledged it.

An edition is a version that partners are to take notice of: published, amended, extended or
withdrawn. That hours open or close also makes a version, but asks nobody to read again. Of each
edition and system three moments are kept: sent, received, acknowledged. An agency has acknowledged
when one of its desks has.
"""

from collections.abc import Collection, Iterator
from dataclasses import replace
from typing import Final, cast

from pydantic import TypeAdapter

from broker.core.bounded import forget_oldest
from broker.core.errors import BrokenInvariant, Refusal
from broker.core.names import RestrictionName, SystemName
from broker.core.plain import Plain, items, mapping
from broker.core.publishing.model import (
    EDITIONS_PER_RESTRICTION_MAX,
    RECEIPTS_PER_EDITION_MAX,
    RESTRICTIONS_WITH_EDITIONS_MAX,
    DeliveryStage,
    Edition,
    Receipt,
)
from broker.core.restrictions.versions import RestrictionConflict, RestrictionUnknown

_RECORD: Final = TypeAdapter(Edition)


class Receipts:
    """The editions of every restriction that an agency set, newest first."""

    def __init__(self) -> None:
        self._editions: dict[str, list[Edition]] = {}

    def begin(self, name: RestrictionName, version: int, now_us: int) -> None:
        """A version that everybody is to take notice of; the longest untouched name is dropped."""
        earlier = self._editions.pop(str(name), [])[: EDITIONS_PER_RESTRICTION_MAX - 1]
        self._editions[str(name)] = [Edition(name, version, now_us), *earlier]
        forget_oldest(self._editions, RESTRICTIONS_WITH_EDITIONS_MAX)

    def editions(self, name: RestrictionName) -> list[Edition]:
        """Newest first; empty where nothing was published under that name."""
        return list(self._editions.get(str(name), ()))

    def newest(self) -> Iterator[Edition]:
        """The newest edition of each restriction."""
        return (editions[0] for editions in self._editions.values())

    def note(
        self,
        system: SystemName,
        stage: DeliveryStage,
        versions: Collection[tuple[RestrictionName, int]],
        now_us: int,
    ) -> None:
        """How far versions got; the first time counts, and unknown ones are passed over."""
        for name, version in versions:
            edition = self._edition_of(name, version)
            if edition is None:
                continue
            receipt = edition.receipt_of(system) or Receipt(system)
            if stage is DeliveryStage.SENT and receipt.sent_us is None:
                self._put(edition, replace(receipt, sent_us=now_us))
            elif stage is DeliveryStage.RECEIVED and receipt.received_us is None:
                # What was received was sent, at the latest now: over MQTT nobody sees when.
                sent_us = edition.published_us if receipt.sent_us is None else receipt.sent_us
                self._put(edition, replace(receipt, sent_us=sent_us, received_us=now_us))

    def acknowledge(
        self, name: RestrictionName, version: int, system: SystemName, who: str, now_us: int
    ) -> Edition:
        """A desk has read a version. Raises for a restriction or version that asks for none."""
        known = self._editions.get(str(name))
        if not known:
            raise RestrictionUnknown(Refusal("name", f"nothing was published as {name}"))
        edition = known[0] if version == 0 else self._edition_of(name, version)
        if edition is None:
            raise RestrictionConflict(
                Refusal("version", f"{version} is older than what is kept: read it again")
            )
        if edition is not known[0]:
            reason = f"{version} was replaced by {known[0].version}: read that one"
            raise RestrictionConflict(Refusal("version", reason))
        receipt = edition.receipt_of(system) or Receipt(system, edition.published_us)
        if receipt.acknowledged_us is not None:
            return edition
        received_us = now_us if receipt.received_us is None else receipt.received_us
        return self._put(
            edition,
            replace(receipt, received_us=received_us, acknowledged_us=now_us, acknowledged_by=who),
        )

    def escalated(self, edition: Edition, now_us: int) -> None:
        """A named desk was told who has not acknowledged."""
        self._replace(edition, replace(edition, escalated_us=now_us))

    def is_unsent(self, system: SystemName, name: RestrictionName, version: int) -> bool:
        """Whether a version belongs to an edition that is not known to have gone to a system."""
        edition = self._edition_of(name, version)
        return edition is not None and edition.receipt_of(system) is None

    def _edition_of(self, name: RestrictionName, version: int) -> Edition | None:
        """The edition that a version belongs to: the newest that is not after it."""
        known = self._editions.get(str(name), ())
        return next((one for one in known if one.version <= version), None)

    def _put(self, edition: Edition, receipt: Receipt) -> Edition:
        others = tuple(one for one in edition.receipts if one.system != receipt.system)
        if len(others) == len(edition.receipts):
            if len(others) >= RECEIPTS_PER_EDITION_MAX:
                return edition
            receipts = (*others, receipt)
        else:
            receipts = tuple(
                receipt if one.system == receipt.system else one for one in edition.receipts
            )
        changed = replace(edition, receipts=receipts)
        self._replace(edition, changed)
        return changed

    def _replace(self, old: Edition, new: Edition) -> None:
        known = self._editions[str(old.name)]
        known[known.index(old)] = new

    def state(self) -> list[Plain]:
        """For a snapshot, oldest name first."""
        return [
            [cast("Plain", _RECORD.dump_python(one, mode="json")) for one in editions]
            for editions in self._editions.values()
        ]

    def restore(self, state: Plain) -> None:
        """From a snapshot."""
        self._editions = {}
        for record in items(state):
            try:
                editions = [_RECORD.validate_python(mapping(one)) for one in items(record)]
            except ValueError as error:
                raise BrokenInvariant(f"snapshot: not an edition: {error}") from error
            self._editions[str(editions[0].name)] = editions
