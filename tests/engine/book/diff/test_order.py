from __future__ import annotations

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from engine.book.diff.order import find_moved

ITEMS = st.integers(0, 6).flatmap(lambda count: st.permutations(range(count)))


def keeps_order(old: list[int], new: list[int], moved: set[int]) -> bool:
    """Whether the items that did not move stand in one order in both lists."""
    return [item for item in old if item not in moved] == [item for item in new if item not in moved]


@given(ITEMS)
def test_the_fewest_items_move(new: list[int]) -> None:
    old = sorted(new)
    moved = find_moved(old, new)
    assert keeps_order(old, new, moved)
    fewer = [set(some) for count in range(len(moved)) for some in combinations(old, count)]
    assert [some for some in fewer if keeps_order(old, new, some)] == []


@given(ITEMS, st.randoms(use_true_random=False))
def test_the_way_back_moves_the_same_items(new: list[int], random: object) -> None:
    old = list(new)
    random.shuffle(old)  # type: ignore[attr-defined]
    assert find_moved(old, new) == find_moved(new, old)


def test_one_of_many_that_moves_far_is_the_one() -> None:
    old = [f"R{number:04}" for number in range(2_000)]
    assert find_moved(old, [old[-1], *old[:-1]]) == {"R1999"}
    assert find_moved(old, [*old[1:], old[0]]) == {"R0000"}
    assert len(find_moved(old, old[::-1])) == 1_999
