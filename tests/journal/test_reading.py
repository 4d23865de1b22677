"""Micro-batches are read whole or not at all."""

from dataclasses import replace

import pytest

from broker.journal.errors import JournalDamaged
from broker.journal.reading import whole_batches
from broker.journal.segments import StoredRecord

RECORD = StoredRecord(1, 1, 1, 1, 0, 0, 1, 0, "london", 1, 0, 0, b"{}")


def records(*batch_of: int) -> list[StoredRecord]:
    """Records 1, 2, … of the batches that end at these numbers."""
    return [replace(RECORD, seq=seq, batch=batch) for seq, batch in enumerate(batch_of, 1)]


def test_records_are_grouped_by_the_batch_they_belong_to() -> None:
    found = list(whole_batches(records(2, 2, 3, 6, 6, 6), "segment"))
    assert [[one.seq for one in batch] for batch in found] == [[1, 2], [3], [4, 5, 6]]


@pytest.mark.parametrize(
    ("batch_of", "at", "reason"),
    [
        ((2, 2, 5, 5), 5, "is missing from its batch"),
        ((3, 3), 3, "is missing from its batch"),
        # The chain holds over records of any batch: what was left out is seen here alone.
        ((3, 3, 4, 4), 3, "the batch before it is not whole"),
        ((2, 2, 5, 4), 4, "the batch before it is not whole"),
    ],
)
def test_a_batch_that_is_not_whole_is_refused(
    batch_of: tuple[int, ...], at: int, reason: str
) -> None:
    # REQ-DUR-005
    with pytest.raises(JournalDamaged, match=reason) as caught:
        list(whole_batches(records(*batch_of), "segment"))
    assert caught.value.seq == at
