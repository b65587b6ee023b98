"""The chain of a history: canonical JSON of each row, hashed with the hash before it."""

import json
from hashlib import blake2b

from hypothesis import given
from hypothesis import strategies as st

from milepost.store.chain import SIZE, begun, linked, links

VALUES = st.none() | st.integers(-(2**63), 2**63 - 1) | st.text() | st.lists(st.integers() | st.text(), max_size=3)
ROWS = st.lists(VALUES, max_size=8)


def by_hand(before: bytes, row: list[object]) -> bytes:
    """The hash as the recipe says."""
    text = json.dumps(row, separators=(",", ":"))
    return blake2b(before + text.encode(), digest_size=SIZE).digest()


@given(st.binary(max_size=16), ROWS)
def test_a_link_is_the_hash_of_the_one_before_and_of_the_row_as_json(before: bytes, row: list[object]) -> None:
    assert linked(before, row) == by_hand(before, row)


@given(st.lists(ROWS, max_size=4), ROWS)
def test_links_follow_one_another_from_what_the_order_was_placed_on(
    rows: list[list[object]], placed: list[object]
) -> None:
    before = begun(placed, ["standard", 1, "{}"], [[1, "Draft"]])
    assert before == by_hand(b"", [*placed, "standard", 1, "{}", [1, "Draft"]])
    expected = []
    for row in rows:
        before = by_hand(before, row)
        expected.append(before)
    assert links(begun(placed, ["standard", 1, "{}"], [[1, "Draft"]]), rows) == expected
