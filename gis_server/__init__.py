"""The site people use."""
