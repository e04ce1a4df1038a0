"""The open data of the city: what there is, how good it is, and every layer to take away."""
