"""Who works on what in the contracts: the user Ada, on one project."""

PROJECT = "123e4567-e89b-12d3-a456-426614174000"
ADA = "5f0c9c1e-5a56-5d0e-8c64-1c2f7a1d9a01"
ADA_MAIL = "ada@example.com"
