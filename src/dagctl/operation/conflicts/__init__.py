"""Where a change meets another one: of a version, of a file by hand, of a colleague."""
