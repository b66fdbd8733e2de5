"""How `check_training` finds out what a recipe's steps do: it watches them, without reading names."""
