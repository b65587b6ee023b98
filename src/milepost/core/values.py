"""Plain values: what JSON can hold. Histories keep the arguments of actions as such."""

from collections.abc import Mapping, Sequence
from typing import TypeAlias

# No fractions: money is whole cents, an instant whole seconds.
JsonValue: TypeAlias = bool | int | str | Sequence["JsonValue"] | Mapping[str, "JsonValue"] | None
