"""An exchange without sockets: markets that can be made anew from a seed."""
