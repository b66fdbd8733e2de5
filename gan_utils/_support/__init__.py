"""What the library stands on, private: downloads, checks of what is handed in, saving, the steps of `fit`."""
