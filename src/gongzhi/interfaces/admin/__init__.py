"""The back office of the administrator: registers changed through their actions, and what is stuck.

It is Django's admin site, entered through our own sign-in and its second factor.
"""
