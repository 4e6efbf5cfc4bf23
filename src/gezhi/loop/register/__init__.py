"""The public register of algorithms: what works by rule or by learning here, who decides, how to object."""
