"""What is this about, how urgent, has it been said before, what is boiling up?"""
