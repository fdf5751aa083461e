"""How rows stand to those that a paper names; what rests on several files is as the weakest."""

# From the weakest, none at all, over rows rebuilt to the set's counts and other rows of the very
# set, to the very file.
BASES = ("", "rebuilt", "set", "file")
