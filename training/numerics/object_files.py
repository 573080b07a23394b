"""Loads object files of Linux on x86-64: LLVM's loader would take 60 MB of memory for it.

Kernels are compiled for LLVM's loader, with the large code model: every address in them has 64
bits, so that sections can be anywhere.  What is left to do is to put the sections into memory and
to write the addresses.  See `man 5 elf`, and the chapter "Object Files" of the System V ABI,
AMD64 Architecture Processor Supplement.
"""

import ctypes
import mmap
import struct
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

_HEADER = struct.Struct("<6s10xHHIQQQIHHHHHH")
_SECTION = struct.Struct("<IIQQQQIIQQ")
_SYMBOL = struct.Struct("<IBBHQQ")
_RELOCATION = struct.Struct("<QQq")
_WORD = struct.Struct("<q")

_ELF_OF_64_BITS, _X86_64 = b"\x7fELF\x02\x01", 62
_SYMBOLS, _RELOCATIONS, _EMPTY = 2, 4, 8  # types of sections
_WRITABLE, _LOADED = 1, 2  # flags of sections
_UNDEFINED = 0  # the number of the section of symbols that are elsewhere
_ABSOLUTE, _RELATIVE = 1, 24  # R_X86_64_64 and R_X86_64_PC64


class _Section(NamedTuple):
    name: int
    kind: int
    flags: int
    address: int
    offset: int
    size: int
    link: int
    info: int
    alignment: int
    entry_size: int


class _Symbol(NamedTuple):
    name: str
    section: int
    value: int
    is_global: bool


class _Relocation(NamedTuple):
    section: int
    offset: int
    kind: int
    symbol: _Symbol
    addend: int


class _ObjectFile:
    """An object file, and the places of its sections in memory."""

    def __init__(self, content: bytes) -> None:
        """Read the headers. Raises NotImplementedError for another format or processor."""
        header = _HEADER.unpack_from(content) if len(content) >= _HEADER.size else (b"",) * 14
        if header[0] != _ELF_OF_64_BITS or header[2] != _X86_64:
            raise NotImplementedError("an object file for another loader")
        start, count = header[6], header[12]
        self._content = content
        self._sections = [
            _Section(*_SECTION.unpack_from(content, start + number * _SECTION.size))
            for number in range(count)
        ]
        self.places: dict[int, int] = {}

    def loaded(self) -> Iterator[tuple[int, _Section]]:
        """Return the sections that code uses, by number. Raises NotImplementedError for data."""
        for number, section in enumerate(self._sections):
            if section.flags & _LOADED and section.size:
                if section.flags & _WRITABLE:
                    raise NotImplementedError("a section of data that code changes")
                yield number, section

    def content_of(self, section: _Section) -> bytes:
        """Return the content of a section in the file."""
        if section.kind == _EMPTY:
            return bytes(section.size)
        return self._content[section.offset : section.offset + section.size]

    def symbols(self) -> Iterator[_Symbol]:
        """Return the symbols of all tables."""
        for section in self._sections:
            if section.kind == _SYMBOLS:
                yield from self._symbols(section)

    def relocations(self) -> Iterator[_Relocation]:
        """Return where addresses are to be written into sections that were given a place."""
        for section in self._sections:
            if section.kind == _RELOCATIONS and section.info in self.places:
                symbols = [*self._symbols(self._sections[section.link])]
                for offset, kind, addend in _RELOCATION.iter_unpack(self.content_of(section)):
                    symbol, type_ = symbols[kind >> 32], kind & 0xFFFF_FFFF
                    yield _Relocation(section.info, offset, type_, symbol, addend)

    def _symbols(self, table: _Section) -> Iterator[_Symbol]:
        names = self.content_of(self._sections[table.link])
        for name, info, _, section, value, _ in _SYMBOL.iter_unpack(self.content_of(table)):
            text = names[name : names.index(b"\0", name)].decode()
            yield _Symbol(text, section, value, is_global=info >> 4 != 0)


#: What was loaded is kept for ever, because it may be called for ever.
_kept: list[object] = []


def load(binaries: Sequence[bytes], name: str) -> int:
    """Load object files that use each other, and return the address of the function of a name.

    Raises NotImplementedError if one is for another loader, or has what only LLVM's handles.
    """
    if sys.platform != "linux":
        raise NotImplementedError("an operating system with another loader")
    files = [_ObjectFile(binary) for binary in binaries]
    memory = mmap.mmap(-1, _placed(files), flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    handle = ctypes.c_char.from_buffer(memory)
    base = ctypes.addressof(handle)
    for file in files:
        for number, section in file.loaded():
            place = file.places[number]
            memory[place : place + section.size] = file.content_of(section)
    addresses = {
        symbol.name: base + file.places[symbol.section] + symbol.value
        for file in files
        for symbol in file.symbols()
        if symbol.is_global and symbol.section in file.places
    }
    for file in files:
        for each in file.relocations():
            place = file.places[each.section] + each.offset
            value = _address(each.symbol, file, base, addresses) + each.addend
            if each.kind == _RELATIVE:
                value -= base + place
            elif each.kind != _ABSOLUTE:
                raise NotImplementedError(f"a relocation of type {each.kind}")
            _WORD.pack_into(memory, place, value)
    _make_executable(base, len(memory))
    _kept.append(handle)
    return addresses[name]


def _placed(files: Sequence[_ObjectFile]) -> int:
    """Give each section a place, and return the size of all of them."""
    size = 0
    for file in files:
        for number, section in file.loaded():
            alignment = section.alignment or 1
            size = -(-size // alignment) * alignment
            file.places[number] = size
            size += section.size
    return size


def _address(symbol: _Symbol, file: _ObjectFile, base: int, addresses: Mapping[str, int]) -> int:
    if symbol.section in file.places:
        return base + file.places[symbol.section] + symbol.value
    if symbol.section != _UNDEFINED:
        raise NotImplementedError(f"a symbol in section {symbol.section}")
    return addresses.get(symbol.name) or _of_c_library(symbol.name)


def _of_c_library(name: str) -> int:
    """Return the address of a function of the C library, such as memset."""
    function = getattr(ctypes.CDLL(None), name)
    return ctypes.cast(function, ctypes.c_void_p).value or 0


def _make_executable(address: int, size: int) -> None:
    """Let memory be read and executed, and not be written any more. Raises OSError."""
    mprotect = ctypes.CDLL(None, use_errno=True).mprotect
    if mprotect(ctypes.c_void_p(address), size, mmap.PROT_READ | mmap.PROT_EXEC):
        raise OSError(ctypes.get_errno(), "code cannot be made executable")
