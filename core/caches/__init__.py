"""Caches of a workspace: what is computed once and kept, within a limit, deleted when not used for long.

Whatever can be made again is kept here: decoded pixels, features of frozen layers, layer tables. They may
be deleted at any time. A new one is written by ``writing``, which makes room for it; one that is read is held
by ``hold`` or ``map_array``, so that nobody deletes it meanwhile.
"""

from core.caches.arrays import map_array
from core.caches.holding import Hold
from core.caches.limits import default_limit, limit, set_limit, settings_path
from core.caches.listing import KINDS, Cache, Kind, list_caches, total_bytes, touch
from core.caches.room import Cleared, clear_caches, hold, make_room, writing

__all__ = [
    "KINDS",
    "Cache",
    "Cleared",
    "Hold",
    "Kind",
    "clear_caches",
    "default_limit",
    "hold",
    "limit",
    "list_caches",
    "make_room",
    "map_array",
    "set_limit",
    "settings_path",
    "total_bytes",
    "touch",
    "writing",
]
