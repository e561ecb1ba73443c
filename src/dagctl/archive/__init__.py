"""The archive of `export` and `import`: a zip of DAG files and of their versions, written and read.

Works on an open file that it is given. What is read is the text of a stranger until it is checked.
"""
