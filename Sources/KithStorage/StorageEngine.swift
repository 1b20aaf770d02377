// Start here: ordered bytes on pages, changed by whole commits.
