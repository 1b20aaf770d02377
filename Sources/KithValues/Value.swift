// Start here: the values of the language.
