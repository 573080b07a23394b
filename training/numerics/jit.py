"""Compilation of plain Python: the only module that uses Numba's decorators.

A *shared* function has one source and two uses: the readable loops call it as plain Python, and
kernels inline it.  A *kernel* is called from Python for a large amount of work, without the global
interpreter lock.

Both give the same bits.  Numba's defaults let LLVM neither reorder floating-point operations nor
fuse a multiplication with an addition; `fastmath` would, and is not used.
"""

import contextlib
import functools
import hashlib
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, Generic, ParamSpec, TypeVar

from numba import njit
from numba.core import event
from numba.core.caching import (
    CompileResultCacheImpl,
    FunctionCache,
    NullCache,
    UserProvidedCacheLocator,
)
from numba.extending import intrinsic, register_jitable

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")

# A division by zero gives infinity or NaN and does not raise, as in C: the check would keep LLVM
# from turning loops into vector code.  (Shared functions never divide by zero.)
_ERROR_MODEL: Final = "numpy"

# Functions that only kernels call need no wrappers for Python and C, which take time to compile.
_WITHIN_KERNELS: Final = {
    "error_model": _ERROR_MODEL,
    "no_cpython_wrapper": True,
    "no_cfunc_wrapper": True,
}


def shared(function: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
    """Make kernels inline `function`; for Python it is unchanged.

    LLVM does not vectorise a loop that calls a function.
    """
    make_compilable: Any = register_jitable(forceinline=True, **_WITHIN_KERNELS)
    compilable: Callable[Parameters, Result] = make_compilable(function)
    return compilable


def part(function: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
    """Make kernels call `function`, which is compiled once and not inlined."""
    make_compilable: Any = register_jitable(**_WITHIN_KERNELS)
    compilable: Callable[Parameters, Result] = make_compilable(function)
    return compilable


@shared
def keep(array: Any) -> None:
    """Use an array for the last time, so that it is not freed while pointers to it exist."""
    array[0] = array[0]


def instruction(function: Callable[..., Any]) -> Callable[..., Any]:
    """Make an intrinsic from a function of argument types that returns a signature and a generator.

    The result can be called only in compiled code.
    """
    made: Callable[..., Any] = intrinsic(function)
    return made


class Kernel(Generic[Parameters, Result]):
    """A function compiled for one list of argument types only.

    Compiled code is cached on disk: in NUMBA_CACHE_DIR, also if it is read-only, or beside the
    source.
    """

    def __init__(
        self, function: Callable[Parameters, Result], signature: Any, name: str | None = None
    ) -> None:
        self.name = name or function.__name__
        function.__qualname__ = self.name.replace(" ", "_")  # the name of the cache entry
        compile_when_told: Any = njit(nogil=True, error_model=_ERROR_MODEL)
        self.dispatcher = compile_when_told(function)
        self.dispatcher._cache = _cache_for(function)  # noqa: SLF001  # Numba offers no other way
        self._signature = signature
        self._preparing = threading.Lock()
        functools.update_wrapper(self, function)

    def __call__(self, *args: Parameters.args, **kwargs: Parameters.kwargs) -> Result:
        """Run the compiled function; `prepare` it first if that was never done.

        Raises:
            TypeError: if an argument has another type, number of dimensions or memory layout.
        """
        if not self.dispatcher.overloads:
            self.prepare()
        result: Result = self.dispatcher(*args, **kwargs)
        return result

    def prepare(self, on_compile: Callable[[str], None] = lambda _: None) -> None:
        """Load the compiled function from disk; or report its name, and compile it.

        No later call compiles anything.
        """
        listener = _OnFirst(lambda: on_compile(self.name))
        with self._preparing, event.install_listener("numba:compile", listener):
            if not self.dispatcher.overloads:
                self.dispatcher.compile(self._signature)
                self.dispatcher.disable_compile()


def kernel(
    signature: Any, name: str | None = None
) -> Callable[[Callable[Parameters, Result]], Kernel[Parameters, Result]]:
    """Make the decorated function a kernel for arguments of these Numba types.

    Kernels from one function with different closures need different names.
    """
    return lambda function: Kernel(function, signature, name)


class _OnFirst(event.Listener):
    """Calls back when the first of several compilations starts."""

    def __init__(self, callback: Callable[[], None]) -> None:
        self._callback: Callable[[], None] | None = callback

    def on_start(self, event: Any) -> None:  # noqa: ARG002  # the name that Numba gives it
        if self._callback is not None:
            callback, self._callback = self._callback, None
            callback()

    def on_end(self, event: Any) -> None:
        pass


def _cache_for(function: Callable[..., Any]) -> Any:
    """Return Numba's cache of compiled code, with a key that covers every source of the kernels.

    Numba itself checks only the file of the kernel, and would continue to use code that it compiled
    from an older version of another file.  If no folder is writable, nothing is cached.
    """
    base: Any = FunctionCache

    class Cache(base):  # type: ignore[misc]  # Numba's classes have no complete types
        _impl_class = _cache_files()

        def save_overload(self, signature: Any, data: Any) -> None:
            with contextlib.suppress(OSError):  # what is not cached is compiled again
                super().save_overload(signature, data)

        def _index_key(self, signature: Any, codegen: Any) -> Any:
            # Without the closure of the function, which Numba includes: all of it is in the
            # sources.
            return signature, codegen.magic_tuple(), _digest_of_sources()

    try:
        return Cache(function)
    except RuntimeError:  # no folder that is writable
        return NullCache()


@functools.cache
def _cache_files() -> Any:
    """Return Numba's class for the files of a cache, which also reads folders that are read-only.

    Numba ignores a folder that it cannot write to, such as one in the image of a container.
    """
    locator: Any = UserProvidedCacheLocator
    files: Any = CompileResultCacheImpl

    class ReadOnlyLocator(locator):  # type: ignore[misc]  # as Cache
        def ensure_cache_path(self) -> None:
            if not Path(self.get_cache_path()).is_dir():
                super().ensure_cache_path()

    class Files(files):  # type: ignore[misc]  # as Cache
        _locator_classes = (locator, ReadOnlyLocator, *files._locator_classes[1:])  # noqa: SLF001

    return Files


@functools.cache
def _digest_of_sources() -> str:
    digest = hashlib.sha256()
    for source in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(source.read_bytes())
    return digest.hexdigest()
