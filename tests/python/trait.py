"""A class made in C whose instances do not begin as those of its base, as mypyc makes them.

The base reads an object where an instance of the class has a number: whoever lets it, dies.
"""

from __future__ import annotations

import ctypes
from typing import Any

SIZE, OBJECT = 19, 6  # Py_T_PYSSIZET and _Py_T_OBJECT (Include/descrobject.h)
READONLY = 1
BASETYPE = 1 << 10
TP_MEMBERS = 72  # Py_tp_members (Include/typeslots.h)


class Member(ctypes.Structure):
    """A ``PyMemberDef``."""

    _fields_ = (
        ("name", ctypes.c_char_p),
        ("type", ctypes.c_int),
        ("offset", ctypes.c_ssize_t),
        ("flags", ctypes.c_int),
        ("doc", ctypes.c_char_p),
    )


class Slot(ctypes.Structure):
    """A ``PyType_Slot``."""

    _fields_ = (("slot", ctypes.c_int), ("pfunc", ctypes.c_void_p))


class Spec(ctypes.Structure):
    """A ``PyType_Spec``."""

    _fields_ = (
        ("name", ctypes.c_char_p),
        ("basicsize", ctypes.c_int),
        ("itemsize", ctypes.c_int),
        ("flags", ctypes.c_uint),
        ("slots", ctypes.POINTER(Slot)),
    )


kept: list[object] = []  # what the types go on to refer to


def c_type(name: bytes, base: type, size: int, *members: tuple[Any, ...]) -> Any:
    """Make a type whose instances have so many bytes, with members at these offsets."""
    table = (Member * (len(members) + 1))(*members)
    slots = (Slot * 2)((TP_MEMBERS, ctypes.addressof(table)), (0, None))
    spec = Spec(name, size, 0, BASETYPE, slots)
    kept.append((table, slots, spec))
    make = ctypes.pythonapi.PyType_FromSpecWithBases
    make.restype = ctypes.py_object
    make.argtypes = [ctypes.POINTER(Spec), ctypes.py_object]
    return make(spec, (base,))


Trait = c_type(
    b"trait.Trait",
    object,
    32,
    (b"__dictoffset__", SIZE, 16, READONLY, None),
    (b"__weakref__", OBJECT, 24, READONLY, None),
)
Whole = c_type(
    b"trait.Whole",
    Trait,
    48,
    (b"number", SIZE, 24, 0, None),
    (b"__dictoffset__", SIZE, 40, READONLY, None),
)
WHOLE = Whole()
WHOLE.number = 13  # no address of anything
