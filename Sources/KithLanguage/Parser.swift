// Start here: text to tree.
