"""Views as people see them: tables and charts in a terminal."""
