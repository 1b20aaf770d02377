// Start here: the customer-relations vocabulary.
