"""INSi, the national identity teleservice: the door is `api`."""
