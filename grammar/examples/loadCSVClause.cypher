// accepted
LOAD CSV FROM 'a.csv' AS row RETURN row
LOAD CSV WITH HEADERS FROM $file AS row FIELDTERMINATOR ';' RETURN row

// refused
LOAD CSV 'a.csv' AS row RETURN row
LOAD CSV FROM 'a.csv' RETURN 1
