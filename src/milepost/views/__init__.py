"""Views: what a command answers, for the table and for `--json` alike; a module each for what they are about.

A view is a named tuple, whose fields are the JSON's keys: amounts are integer cents under `*_cents`, instants UTC
seconds under names such as `*_at`, which `base.as_plain` writes as ISO 8601 with Z. Every part is a view or a plain
value. Nothing here reads the store; `of` functions take core objects and the instant that "now" is.
"""
