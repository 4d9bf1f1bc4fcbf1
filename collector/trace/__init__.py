"""Who was where, whom they met, and how sure that is.

Knows person rows, which are arbitrary numbers, and nothing of who they are: no key comes here.
"""
