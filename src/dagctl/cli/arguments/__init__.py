"""The words of a command line: options that commands share, help pages, completion, mistakes."""
