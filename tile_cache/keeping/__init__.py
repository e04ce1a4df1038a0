"""Things made of layers, kept while no change touches them: in memory, in the store, and how long they are true."""
