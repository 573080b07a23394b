"""How time grows with size: curves of Clearprop, its peers and the limits of the machine.

`figures` lists the plots, `drawing` draws them into docs/images, and `document` keeps their numbers
in docs/growth.md.
"""
