// The desk's keyboard.
