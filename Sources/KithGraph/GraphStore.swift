// Start here: nodes, relationships and their columns.
