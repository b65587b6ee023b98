"""Played scenarios as JUnit XML, which CI servers read: a test suite a file, a test case a step or an expectation."""

import re
from collections.abc import Sequence
from xml.etree import ElementTree

from milepost import times
from milepost.errors import BadFile
from milepost.render.plain import escaped
from milepost.scenario.results import Result
from milepost.views.scenarios import PlayedView

_BEGINS = re.compile(rb"\s*(<\?xml[^>]*>\s*)?<testsuites?\b")
_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def is_junit(start: bytes) -> bool:
    """Whether a file that begins so is JUnit XML."""
    return _BEGINS.match(start) is not None


def junit_text(results: Sequence[Result]) -> str:
    """The XML of some scenario files, those that cannot be played among them."""
    root = ElementTree.Element("testsuites")
    for result in results:
        if result.played is not None:
            _suite(root, result.played, result.seconds)
        if result.broken is not None:
            _broken_suite(root, result.broken, result.seconds)
    ElementTree.indent(root)
    text = ElementTree.tostring(root, encoding="unicode", xml_declaration=True)
    return escaped(text, lambda character: f"&#{ord(character)};") + "\n"


def _broken_suite(root: ElementTree.Element, broken: BadFile, seconds: float) -> None:
    counts = {"tests": "1", "failures": "0", "errors": "1", "skipped": "0"}
    suite = _suite_of(root, broken.name, counts, seconds)
    case = _case(suite, "the file can be played", broken.name, broken.name, broken.faults[0].line or 1)
    ElementTree.SubElement(case, "error", {"message": _clean(str(broken)), "type": "file"})


def _suite(root: ElementTree.Element, view: PlayedView, seconds: float) -> None:
    cases = [
        *(
            (step.line or 1, f"line {step.line or 1}: {step.step}", None if step.ok else step.effect)
            for step in view.steps
            if step.line or not step.ok  # a gig or an offer that is refused has no line of its own
        ),
        *(
            (
                one.line,
                f"line {one.line}: {one.what} at {times.format_instant(one.at)}",
                None if one.ok else f"expected {one.expected}, found {one.found}",
            )
            for one in view.expectations
        ),
    ]
    failures = sum(failure is not None for *_, failure in cases)
    counts = {"tests": str(len(cases)), "failures": str(failures), "errors": "0", "skipped": "0"}
    suite = _suite_of(root, view.name, counts, seconds)
    for line, name, failure in cases:
        case = _case(suite, name, view.title, view.name, line)
        if failure is not None:
            ElementTree.SubElement(case, "failure", {"message": _clean(failure), "type": "expectation"})


def _suite_of(root: ElementTree.Element, name: str, counts: dict[str, str], seconds: float) -> ElementTree.Element:
    return ElementTree.SubElement(root, "testsuite", {"name": _clean(name), **counts, "time": f"{seconds:.3f}"})


def _case(suite: ElementTree.Element, name: str, title: str, file: str, line: int) -> ElementTree.Element:
    """A test case, with the place that an editor opens; only the whole story's time is known."""
    told = {"name": _clean(name), "classname": _clean(title), "file": _clean(file), "line": str(line), "time": "0"}
    return ElementTree.SubElement(suite, "testcase", told)


def _clean(text: str) -> str:
    """The text without what XML cannot hold."""
    return _NOT_IN_XML.sub("\ufffd", text)
