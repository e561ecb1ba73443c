"""Makes the operator catalogue from wheels: `python -m catalogue_builder`.

Wheels of Airflow and of its official providers are read as text, with `ast`; nothing of them is
imported or run. The steps, a module or two each:

    lock        which wheels: names, versions and digests, in `lock.json`
    wheels      download them with pip, verify them, read their files
    tree        all files of one Airflow version as one tree of modules
    module      what a name of a module means (version flags, lazy tables, moved classes)
    classes     bases, method resolution order, attributes
    flow, constructor
                which arguments a constructor takes, where `**kwargs` goes
    values, annotations, docstrings, deprecation
                defaults, types, texts
    describe    one class as an entry
    extract     one Airflow version with its providers
    merge, catalogue
                all Airflow versions as one catalogue
    store       the data files of `dagctl.operators`

Not part of the distribution: users get the data files.
"""
