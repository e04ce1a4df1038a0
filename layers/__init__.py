"""What the city's data is: declarations, one door out, one door in, one log of changes."""
