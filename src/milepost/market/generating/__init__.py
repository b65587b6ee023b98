"""A made-up marketplace: who is there, what they offer and write, and what they do, all in memory.

`market/generate.py` writes it into a store. Everything hangs on one seed, and nothing reads a clock.
"""
