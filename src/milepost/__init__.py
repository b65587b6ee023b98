"""milepost: milestone work between a freelancer and a client, on one local SQLite file."""

__version__ = "0.1.0"
