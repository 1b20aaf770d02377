// Start here: the public library.
