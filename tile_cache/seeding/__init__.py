"""Rendering tiles before anybody asks for them: which, in what order, one after the other."""
