"""The command line: options in, a view out, one error boundary."""
