"""Played scenarios as JUnit XML, which CI servers read: a test suite a file, a test case a step or an expectation."""

import re
from collections.abc import Sequence
from xml.etree import ElementTree

from milepost import times
from milepost.render.plain import escaped
from milepost.views.scenarios import PlayedView

_BEGINS = re.compile(rb"\s*(<\?xml[^>]*>\s*)?<testsuites?\b")
_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def is_junit(start: bytes) -> bool:
    """Whether a file that begins so is JUnit XML."""
    return _BEGINS.match(start) is not None


def junit_text(played: Sequence[PlayedView]) -> str:
    """The XML of some scenarios."""
    root = ElementTree.Element("testsuites")
    for view in played:
        _suite(root, view)
    ElementTree.indent(root)
    text = ElementTree.tostring(root, encoding="unicode", xml_declaration=True)
    return escaped(text, lambda character: f"&#{ord(character)};") + "\n"


def _suite(root: ElementTree.Element, view: PlayedView) -> None:
    cases = [
        *(
            (f"line {step.line or 1}: {step.step}", None if step.ok else step.effect)
            for step in view.steps
            if step.line or not step.ok  # a gig or an offer that is refused has no line of its own
        ),
        *(
            (
                f"line {one.line}: {one.what} at {times.format_instant(one.at)}",
                None if one.ok else f"expected {one.expected}, found {one.found}",
            )
            for one in view.expectations
        ),
    ]
    failures = sum(failure is not None for _, failure in cases)
    counts = {"tests": str(len(cases)), "failures": str(failures), "errors": "0", "skipped": "0", "time": "0"}
    suite = ElementTree.SubElement(root, "testsuite", {"name": _clean(view.name), **counts})
    for name, failure in cases:
        told = {"name": _clean(name), "classname": _clean(view.title), "time": "0"}
        case = ElementTree.SubElement(suite, "testcase", told)
        if failure is not None:
            ElementTree.SubElement(case, "failure", {"message": _clean(failure), "type": "expectation"})


def _clean(text: str) -> str:
    """The text without what XML cannot hold."""
    return _NOT_IN_XML.sub("\ufffd", text)
