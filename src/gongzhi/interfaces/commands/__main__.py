"""`python -m gongzhi.interfaces.commands`: the same command line without its installed name."""

from gongzhi.interfaces.commands.main import main

main()
