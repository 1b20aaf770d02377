// Start here: from a statement's text to its rows.
