"""What is true of gigs, offers, orders and money. Pure: no I/O, no clock, no framework, no SQL."""
