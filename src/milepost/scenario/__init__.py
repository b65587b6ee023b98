"""Scenarios: a story in a file, played through the market in the words of the command line."""
