"""Jobs: the queue, the device slots and the threads that supervise workers."""
