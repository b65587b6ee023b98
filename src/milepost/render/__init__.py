"""Views as people see them: tables and charts in a terminal, a module for each module of views."""
