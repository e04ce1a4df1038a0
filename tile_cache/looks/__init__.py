"""How the map looks: drawings from the declarations, themes, styles, sprites, legends."""
