"""Compilation of plain Python into machine code.

A *shared* function has one source and two uses: the readable loops call it as plain Python, and
kernels inline it.  A *kernel* is called from Python for a large amount of work, without the global
interpreter lock.

Both give the same bits.  Numba's defaults let LLVM neither reorder floating-point operations nor
fuse a multiplication with an addition; `fastmath` would, and is not used.

What is decorated here is only listed. `numba_compiler` reads the list if the machine code of a
kernel is not on disk: so a server starts without Numba.
"""

import ctypes
import functools
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, Generic, NamedTuple, ParamSpec, TypeVar

from training.numerics.code_files import CodeFile
from training.numerics.machine_code import Call, MachineCode
from training.numerics.signatures import Signature

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")


class Compilable(NamedTuple):
    """A function that kernels can call."""

    function: Callable[..., Any]
    definition: Callable[..., Any] | None
    """What defines the code of an `instruction`; None: the function itself is compiled."""
    is_inlined: bool = True


#: All functions that kernels can call, in the order in which they were decorated.
COMPILABLE: list[Compilable] = []


def shared(function: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
    """Make kernels inline `function`; for Python it is unchanged.

    LLVM does not vectorise a loop that calls a function.
    """
    COMPILABLE.append(Compilable(function, None))
    return function


def part(function: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
    """Make kernels call `function`, which is compiled once and not inlined."""
    COMPILABLE.append(Compilable(function, None, is_inlined=False))
    return function


def instruction(definition: Callable[..., Any]) -> Callable[..., Any]:
    """Make a function that only compiled code can call, from the definition of its code.

    The definition is a function of `numba_compiler.Types` and of the types of the arguments, and
    returns a signature and a generator of LLVM's code.
    """

    @functools.wraps(definition)
    def only_compiled(*_arguments: Any) -> Any:
        raise NotImplementedError(f"only compiled code can call {definition.__name__}")

    return compiled_form(only_compiled)(definition)


def compiled_form(of: Callable[..., Any]) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Define the compiled form of a function of plain Python, as an `instruction` is defined."""

    def define(definition: Callable[..., Any]) -> Callable[..., Any]:
        COMPILABLE.append(Compilable(of, definition))
        return of

    return define


class Kernel(Generic[Parameters, Result]):
    """A function compiled for one list of argument types only.

    The machine code is called with the address of a record of words: the results, and then the
    arguments.
    """

    def __init__(
        self, function: Callable[Parameters, Result], signature: Signature, name: str | None = None
    ) -> None:
        self.name = name or function.__name__
        self.function = function
        self.signature = signature
        source = Path(function.__code__.co_filename)
        self._file = CodeFile(self.name, source, repr(signature))
        self._call: Call | None = None
        self._preparing = threading.Lock()
        functools.update_wrapper(self, function)

    def __call__(self, *args: Parameters.args, **_none: Parameters.kwargs) -> Result:
        """Run the compiled function; `prepare` it first if that was never done.

        Raises:
            TypeError: if an argument has another type, number of dimensions or memory layout.
        """
        if self._call is None:
            self.prepare()
        assert self._call is not None
        try:
            record = self.signature.packed(args)
        except TypeError as error:
            raise TypeError(f"wrong argument of {self.name}: {error}") from None
        self._call(ctypes.addressof(ctypes.c_char.from_buffer(record)))
        result: Any = self.signature.result(record)
        return result  # type: ignore[no-any-return]

    def prepare(self, on_compile: Callable[[str], None] = lambda _: None) -> None:
        """Load the machine code from disk; or report the name of the kernel, and compile it.

        No later call compiles anything.
        """
        with self._preparing:
            if self._call is None:
                code = self._file.read() or self._compile(on_compile)
                self._call = code.load()

    def _compile(self, on_compile: Callable[[str], None]) -> MachineCode:
        from training.numerics.numba_compiler import compile_kernel  # noqa: PLC0415

        on_compile(self.name)
        code = compile_kernel(self)
        self._file.write(code)
        return code

    @property
    def is_on_disk(self) -> bool:
        """Whether there is machine code on disk, which needs only to be loaded."""
        return self._file.read() is not None

    @property
    def llvm_code(self) -> str:
        """The code of LLVM that the machine code on disk was made from."""
        return self._file.read_llvm()


def kernel(
    signature: Signature, name: str | None = None
) -> Callable[[Callable[Parameters, Result]], Kernel[Parameters, Result]]:
    """Make the decorated function a kernel for arguments of these types.

    Kernels from one function with different closures need different names.
    """
    return lambda function: Kernel(function, signature, name)
