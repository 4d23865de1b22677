"""Rule numbers in rows keep their meaning through changes of policy and restarts."""

from broker.core.separation import pair_memory as of
from broker.core.separation.rule_names import RuleNames


def memory_with(*rules: int) -> of.PairMemory:
    """Rows of pairs judged by these rules, and one free row that names none."""
    memory = of.with_room(of.empty_memory(8, 2), 8, 2, len(rules) + 1)
    for row, rule in enumerate(rules):
        at = of.take(memory, (row, row + 1), (row + 1, row + 2))
        memory.state[at, of.RULE] = rule
    return memory


def test_old_rules_stand_first_while_rows_name_them() -> None:
    names, memory = RuleNames(), memory_with(2, -1, 0, 2)
    names.load(of.empty_memory(0, 2), ("a", "b", "c"))
    told = [names.name(rule) for rule in memory.state[:4, of.RULE].tolist()]
    names.load(memory, ("b", "d"))
    assert names.names == ["a", "c", "b", "d"]
    assert names.first_own == 2
    assert [names.name(rule) for rule in memory.state[:4, of.RULE].tolist()] == told
    assert told == ["c", "", "a", "c"]


def test_rules_that_no_row_names_are_forgotten() -> None:
    names = RuleNames()
    names.load(of.empty_memory(0, 2), ("a", "b"))
    names.load(memory_with(), ("c",))
    assert (names.names, names.first_own) == (["c"], 0)


def test_after_a_restore_the_policys_own_are_its_own() -> None:
    names = RuleNames()
    names.restore(["z", "", "b", "z"], ("a", "b"))
    assert (names.names, names.first_own) == (["z", "a", "b"], 1)
    assert names.numbers() == {"z": 0, "a": 1, "b": 2}
