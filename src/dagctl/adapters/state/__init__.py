"""What dagctl keeps beside a work tree: the state folder, the journal in it, what came before."""
