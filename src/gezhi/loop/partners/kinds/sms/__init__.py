"""SMS to citizens: through the gateway of the settings; what became of a message comes back by signed webhook."""
