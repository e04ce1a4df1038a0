"""Walking routes: the network in memory, profiles, closures, directions, and the processes that answer with them."""
