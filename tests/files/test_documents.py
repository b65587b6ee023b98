"""Files that are read: good ones become what they say; bad ones are told by line and column, and make nothing."""

import json
from pathlib import Path

import pytest
from cli.shell_helpers import Shell, Told

GIG = """\
title = "A logo"
seller = "maria"
subcategory = "Logo Design"

[package.basic]
price = "150.00"
days = 12
revisions = "unlimited"

[[milestone]]
name = "Sketches"
days = 5
substeps = ["Moodboard", { name = "Ink", packages = ["basic"] }]

[[milestone]]
name = "Files"
days = 2
weight = 2
"""
OFFER = """\
gig = 1
client = "ana"
type = "milestones"
expires = 2026-02-01T00:00:00Z

[[milestone]]
name = "Sketches"
days = 5
price = 60

[[milestone]]
name = "Files"
days = 2
price = 40.50
"""


def faults(told: Told) -> list[str]:
    """The error lines of a bad file, without what all have."""
    assert (told.code, told.out) == (6, ""), told
    return [line.removeprefix("error: ") for line in told.err.splitlines() if line.startswith("error: ")]


def given(shell: Shell, noun: str, text: str | bytes) -> Told:
    """What a file with this text leads to, when it is typed into stdin; nothing is there after a fault."""
    told = shell(f"{noun} create --from -", stdin=text if isinstance(text, bytes) else text.encode())
    if told.code:
        assert "Traceback" not in told.err
        assert shell.json(f"{noun} list") == []
    return told


def test_a_gig_file_becomes_a_gig(shell: Shell, tmp_path: Path) -> None:
    file = tmp_path / "gig.toml"
    file.write_text(GIG)
    shell.ok("gig create --from", str(file))
    gig = shell.json("gig show 1")
    assert (gig["title"], gig["seller"], gig["subcategory"], gig["missing"]) == ("A logo", "maria", "Logo Design", [])
    (basic,) = gig["packages"]
    assert (basic["price_cents"], basic["days"], basic["revisions"]) == (15_000, 12, None)
    assert [one["amount_cents"] for one in basic["milestones"]] == [5_000, 10_000]
    assert basic["milestones"][0]["substeps"] == ["Moodboard", "Ink"]


def test_an_offer_file_from_stdin_becomes_an_offer(shell: Shell) -> None:
    shell.gig()
    assert given(shell, "offer", OFFER).id == 1
    offer = shell.json("offer show 1")
    assert [one["price_cents"] for one in offer["milestones"]] == [6_000, 4_050]
    assert (offer["expires_at"], offer["type"]) == ("2026-02-01T00:00:00Z", "milestones")


def test_a_file_with_a_byte_order_mark_and_carriage_returns_is_as_good(shell: Shell) -> None:
    assert given(shell, "gig", b"\xef\xbb\xbf" + GIG.replace("\n", "\r\n").encode()).id == 1


def test_every_fault_is_told_at_once_with_its_line_and_column(shell: Shell) -> None:
    bad = """\
titel = "A logo"
seller = 7
subcategory = "Logo Design"
milestone_payments = "yes"

[package.basic]
price = 0.001
days = "12"
colour = "red"

[package.gold]
price = "5"
days = 1

[[milestone]]
name = "Sketches"
  dayz = 5

[[milestone]]
name = "Files"
days = 2.5
zoom = 1
packages = ["gold"]
"""
    told = faults(given(shell, "gig", bad))
    assert sorted(": ".join(line.split(": ")[:2]) for line in told) == sorted(
        [
            "stdin:1:1: titel", "stdin:1:1: title", "stdin:2:1: seller", "stdin:4:1: milestone_payments",
            "stdin:7:1: package, basic, price", "stdin:8:1: package, basic, days", "stdin:9:1: package, basic, colour",
            "stdin:11:1: package, gold", "stdin:15:1: milestone 1, days", "stdin:17:3: milestone 1, dayz",
            "stdin:21:1: milestone 2, days", "stdin:22:1: milestone 2, zoom", "stdin:23:1: milestone 2, packages 1",
        ]
    )  # fmt: skip
    assert [int(line.split(":")[1]) for line in told] == sorted(int(line.split(":")[1]) for line in told)
    assert "stdin:1:1: titel: this key is not known here; did you mean title?" in told
    assert "stdin:17:3: milestone 1, dayz: this key is not known here; did you mean days?" in told
    assert "stdin:15:1: milestone 1, days: this key is missing" in told
    assert "stdin:9:1: package, basic, colour: this key is not known here" in told
    assert [line.split(": ")[1] for line in told if "[money-bounds]" in line] == ["package, basic, price"]


def test_faults_are_told_in_json_with_line_column_and_rule(shell: Shell) -> None:
    shell.gig()
    told = shell("offer create --from - --json", stdin=OFFER.replace("price = 60", "price = 0").encode())
    assert (told.code, told.out) == (6, "")
    error = json.loads(told.err)["error"]
    assert error["rule"] == "bad-file"
    (fault,) = error["values"]["faults"]
    assert (fault["line"], fault["column"], fault["rule"]) == (9, 1, "money-bounds")


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ('price = "150.00"', 'price = "150.001"', 6), ('price = "150.00"', "price = 150.001", 6),
        ('price = "150.00"', "price = -1", 6), ('price = "150.00"', "price = 0", 6),
        ('price = "150.00"', "price = true", 6), ('price = "150.00"', "price = nan", 6),
        ('price = "150.00"', "price = inf", 6), ('price = "150.00"', "price = -inf", 6),
        ('price = "150.00"', "price = 1e400", 6), ('price = "150.00"', "price = 1000000.01", 6),
        ('price = "150.00"', 'price = "1_000"', 6), ('price = "150.00"', 'price = " 12 "', 6),
        ('price = "150.00"', 'price = "١٢"', 6), ('price = "150.00"', "price = [150]", 6),
        ('price = "150.00"', "price = 2026-01-01", 6), ("days = 12", "days = 12.0", 7), ("days = 12", "days = nan", 7),
        ("days = 12", "days = true", 7), ("days = 12", f"days = {2**63}", 7), ("days = 12", f"days = {10**400}", 7),
        ('revisions = "unlimited"', 'revisions = "many"', 8), ('revisions = "unlimited"', "revisions = 1.5", 8),
        ('revisions = "unlimited"', "revisions = inf", 8), ("weight = 2", "weight = '2'", 18),
        ('["Moodboard", { name = "Ink", packages = ["basic"] }]', '["Moodboard", 7]', 13),
        ('["Moodboard", { name = "Ink", packages = ["basic"] }]', '[{ name = "Ink", colour = 1 }]', 13),
        ('["Moodboard", { name = "Ink", packages = ["basic"] }]', "'Moodboard'", 13),
        ('seller = "maria"', "seller = ['maria']", 2),
    ],
)  # fmt: skip
def test_a_value_of_the_wrong_kind_is_told_at_its_key(shell: Shell, old: str, new: str, line: int) -> None:
    assert old in GIG
    told = faults(given(shell, "gig", GIG.replace(old, new)))
    assert told
    assert {one.split(":")[1] for one in told} == {str(line)}
    assert max(map(len, told)) < 400


@pytest.mark.parametrize(
    "when",
    [
        "2026-02-01T00:00:00", "2026-02-01T00:00:00.5Z", "1999-12-31", "2101-01-01", "12:00:00", "'soon'", "'+8x'",
        "'-1d'", "8", "true", "''",
    ],
)  # fmt: skip
def test_a_time_that_is_none_is_told_at_its_key(shell: Shell, when: str) -> None:
    shell.gig()
    (told,) = faults(given(shell, "offer", OFFER.replace("2026-02-01T00:00:00Z", when)))
    assert told.startswith("stdin:4:1: expires: ")


@pytest.mark.parametrize("when", ["2026-02-01", "2026-02-01T01:00:00+01:00", "'2026-02-01'", "'+648h'", "'+26d15h'"])
def test_a_time_is_a_date_an_instant_with_offset_or_a_duration(shell: Shell, when: str) -> None:
    shell.gig()
    assert given(shell, "offer", OFFER.replace("2026-02-01T00:00:00Z", when)).code == 0


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("title = ", 1), ('title = "a"\ntitle = "b"\n', 2), ('a = 1\n\n[b\nc = "d"\n', 3), ('x = "\x01"\n', 1),
        ("a = 01\n", 1), ("[a]\n[a]\n", 2), ("just words", 1), ("a = 'x\n", 1),
    ],
)  # fmt: skip
def test_what_is_no_toml_is_told_with_its_line(shell: Shell, text: str, line: int) -> None:
    (told,) = faults(given(shell, "gig", text))
    assert told.startswith(f"stdin:{line}:")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (b"\xff\xfe\x00", "not UTF-8"),
        ("title = 'é'".encode("latin-1"), "not UTF-8"),
        (b"#" * 1_000_001, "larger than 1,000,000 bytes"),
        (b"price = 1e99999999999999999999", "a number in it is too large"),
        (b"", "missing"),
    ],
)
def test_a_file_that_no_program_should_swallow_is_told_in_words(shell: Shell, text: bytes, words: str) -> None:
    told = faults(given(shell, "gig", text))
    assert words in told[0]


def test_a_file_of_the_largest_size_is_read(shell: Shell) -> None:
    text = GIG.encode()
    assert given(shell, "gig", b"#" * (1_000_000 - len(text) - 1) + b"\n" + text).id == 1


@pytest.mark.parametrize(
    "text", ['title = "a\\u001bb"', 'title = "a\\u0000b"', 'title = "a\\nb"', 'title = "a\\u0085b"']
)
def test_control_characters_written_as_escapes_are_refused_by_the_rule(shell: Shell, text: str) -> None:
    told = given(shell, "gig", GIG.replace('title = "A logo"', text))
    assert told.code == 4
    assert told.rules == ["names"]


def test_a_list_without_end_is_refused(shell: Shell) -> None:
    many = 'substeps = ["' + '", "'.join(["x"] * 1_001) + '"]'
    (told,) = faults(
        given(shell, "gig", GIG.replace('substeps = ["Moodboard", { name = "Ink", packages = ["basic"] }]', many))
    )
    assert told.startswith("stdin:13:1: milestone 1, substeps: ")


@pytest.mark.parametrize("place", [".", "/dev/full/x", "no.toml"])
def test_what_cannot_be_read_is_named(
    shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (told,) = faults(shell("gig create --from", place))
    assert told.startswith(f"{place}: cannot be read: ")


def test_beside_a_file_no_other_option_is_taken(shell: Shell, tmp_path: Path) -> None:
    file = tmp_path / "gig.toml"
    file.write_text(GIG)
    for option in ("--title=x", "--seller=x", "--basic=150:1", "--description=x"):
        told = shell("gig create --from", str(file), option)
        assert told.code == 2, option
        assert option.split("=")[0] in told.err
    assert shell.json("gig list") == []


def test_an_offer_file_that_names_a_gig_by_a_word_is_a_usage_error(shell: Shell) -> None:
    shell.gig()
    told = given(shell, "offer", OFFER.replace("gig = 1", 'gig = "site"'))
    assert told.code in (2, 6)
    assert "site" in told.err


def test_a_policy_file_makes_the_numbers_of_a_store(empty: Shell, tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text('name = "mine"\nreview_hours = 24\ncontinue_hours = "unlimited"\n')
    empty.init("--policy", str(file))
    assert empty.json("offer list") == []
    order = empty.order()
    assert empty.json(f"order deliver {order}")["deadline_at"] == "2026-01-06T09:00:00Z"
    assert empty.json(f"order approve {order}")["deadline_at"] is None


def test_a_policy_with_a_fee_beyond_what_an_entry_moves_is_refused(empty: Shell, tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text("small_charge_fee_cents = 100000000\nsmall_charge_under_cents = 2\nclient_fee_bp = 10000\n")
    (told,) = faults(empty("init --policy", str(file)))
    assert "a charge of $0.01 would cost a client a fee of $1,000,000.01; $1,000,000.00 is the most" in told
    file.write_text("small_charge_fee_cents = 99999999\nsmall_charge_under_cents = 2\nclient_fee_bp = 10000\n")
    empty.init("--policy", str(file))


def test_the_largest_fees_on_the_largest_price_are_taken_and_paid(empty: Shell, tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text("client_fee_bp = 10000\nseller_fee_bp = 10000\n")
    empty.init("--policy", str(file))
    empty.gig(basic="1000000:7")
    order = empty.ok("order place --gig 1 --client ana").id
    empty.ok(f"order deliver {order} --link https://example.com/work")
    empty.ok(f"order approve {order}")
    assert empty.json("ledger check")["findings"] == []


@pytest.mark.parametrize(
    "text",
    ["review_hour = 24", "review_hours = 0", "review_hours = -1", "review_hours = 1.5", "name = 7",
     "continue_hours = 'never'", "gig_milestones_min = 1", "seller_fee_bp = 99999999999", "continue_from = 'birth'"],
)  # fmt: skip
def test_a_bad_policy_file_is_told_by_line_and_makes_no_store(empty: Shell, tmp_path: Path, text: str) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(f"# mine\n{text}\n")
    told = faults(empty("init --policy", str(file)))
    assert all(line.startswith(f"{file}:2:1: ") for line in told)
    assert not empty.db.exists()
