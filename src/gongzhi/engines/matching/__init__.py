"""Which offers should serve which needs, fairly between communities, and why?"""
