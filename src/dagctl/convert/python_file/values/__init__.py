"""What the values of a DAG file are: texts, dates, records, paths, what is read at each parse."""
