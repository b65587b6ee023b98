"""TOML in and out: read strictly, with the place of every fault, and written as people would."""
