"""Compilation of kernels with Numba: the only module that imports it."""

import functools
import itertools
from collections.abc import Callable, Iterator
from typing import Any

import llvmlite.binding as llvm
from llvmlite import ir
from numba import njit, types
from numba.core.typing.templates import infer, infer_global, make_intrinsic_template
from numba.extending import models, register_jitable, register_model
from numba.np.arrayobj import populate_array

from training.numerics import jit
from training.numerics.machine_code import ENTRY, MachineCode
from training.numerics.signatures import RESULTS, Array, Kind, Number

_OPTIONS: dict[str, Any] = {
    # A division by zero gives infinity or NaN and does not raise, as in C: the check would keep
    # LLVM from turning loops into vector code.  (Shared functions never divide by zero.)
    "error_model": "numpy",
    # Numba would count the references to each array that is passed on, and free arrays.
    "_nrt": False,
    # Only other compiled code calls the functions.
    "no_cpython_wrapper": True,
    "no_cfunc_wrapper": True,
}
_WORD = ir.IntType(64)

#: The words of NumPy's object that are the addresses of the data and of the lengths of an array:
#: see PyArrayObject_fields in ndarraytypes.h. They follow what every object of Python has.
_DATA = object.__basicsize__ // 8
_LENGTHS = _DATA + 2


class Vector(types.Type):
    """The type of `lanes` float64 numbers."""

    def __init__(self, lanes: int) -> None:
        self.lanes = lanes
        super().__init__(name=f"Vector({lanes})")


@register_model(Vector)
class _VectorModel(models.PrimitiveModel):
    def __init__(self, manager: Any, kind: Vector) -> None:
        content = ir.VectorType(ir.DoubleType(), kind.lanes)
        super().__init__(manager, kind, content)  # type: ignore[no-untyped-call]


class Types:
    """Numba's types, for the definitions of instructions."""

    void, int64, uint64, float64 = types.void, types.int64, types.uint64, types.float64
    index = types.intp
    pair = types.UniTuple(types.uint64, 2)
    pointer = types.CPointer

    @staticmethod
    def vector(lanes: int) -> Any:
        """Return the type of so many float64 numbers."""
        return types.float64 if lanes == 1 else Vector(lanes)

    @staticmethod
    def block(lanes: int, vectors: int) -> Any:
        """Return the type of so many vectors, each of so many numbers."""
        return types.UniTuple(Types.vector(lanes), vectors)


def compile_kernel(kernel: "jit.Kernel[..., Any]") -> MachineCode:
    """Compile a kernel, and everything that it calls."""
    make_compilable()
    signature = kernel.signature
    compiled = njit(**_OPTIONS)(kernel.function)
    compiled.compile(tuple(_numba_type(each) for each in signature.arguments))
    (result,) = compiled.overloads.values()
    library = result.library
    module = library._final_module  # noqa: SLF001  # with all that it calls, optimized
    entry = llvm.parse_assembly(_entry(compiled.targetctx, result))
    machine = library._codegen._tm  # noqa: SLF001
    # One object file for both would make the kernel of a small network slower, by a tenth.
    binaries = tuple(machine.emit_object(each) for each in (module, entry))
    return MachineCode(binaries, str(module))


def make_compilable() -> None:
    """Tell Numba of the functions that were decorated since the last time."""
    while jit.COMPILABLE:
        function, definition, is_inlined = jit.COMPILABLE.pop(0)
        if definition is not None:
            _define(function, definition)
        else:
            inlined = {"forceinline": True} if is_inlined else {}
            register_jitable(**_OPTIONS, **inlined)(function)


def _define(function: Callable[..., Any], definition: Callable[..., Any]) -> None:
    """Give a function the code of an instruction, as `intrinsic` does for functions of its own."""

    # Numba takes the names of the arguments from the definition.
    @functools.wraps(definition)
    def of_types(_context: Any, *arguments: Any) -> Any:
        return definition(Types, *arguments)

    template = make_intrinsic_template(function, of_types, function.__name__)
    infer(template)
    infer_global(function, types.Function(template))


def _entry(context: Any, compiled: Any) -> str:
    """Return the code of the function that calls a kernel with the arguments in a record."""
    module = context.create_module(ENTRY)
    of_record = ir.FunctionType(ir.VoidType(), [_WORD.as_pointer()])
    entry = ir.Function(module, of_record, ENTRY)
    builder = ir.IRBuilder(entry.append_basic_block())
    (record,) = entry.args
    words = (_word(builder, record, place) for place in itertools.count(RESULTS))
    kinds, result = compiled.signature.args, compiled.signature.return_type
    arguments = [_value(context, builder, kind, words) for kind in kinds]
    convention = context.call_conv
    called_with = convention.get_function_type(result, kinds)
    kernel = ir.Function(module, called_with, compiled.fndesc.llvm_func_name)
    _, value = convention.call_function(builder, kernel, result, kinds, arguments)
    numbers = [] if result == types.none else [value]
    if isinstance(result, types.BaseTuple):
        numbers = [builder.extract_value(value, place) for place in range(len(result))]
    for place, number in enumerate(numbers):
        address = builder.gep(record, [_WORD(place)])
        builder.store(builder.bitcast(number, _WORD), address)
    builder.ret_void()
    return str(module)


def _numba_type(kind: Kind) -> Any:
    if isinstance(kind, Number):
        return getattr(types, kind.dtype)
    if isinstance(kind, Array):
        dtype = getattr(types, kind.dtype)
        return types.Array(dtype, kind.dimensions, "C", readonly=kind.is_read_only)
    return types.NamedTuple([_numba_type(each) for each in kind.fields], kind.kind)


def _word(builder: Any, record: Any, place: int) -> Any:
    return builder.load(builder.gep(record, [_WORD(place)]))


def _value(context: Any, builder: Any, kind: Any, words: Iterator[Any]) -> Any:
    """Return the value of an argument from the next words; see `signatures`."""
    if isinstance(kind, types.BaseTuple):
        fields: Any = kind  # of its types
        values = [_value(context, builder, each, words) for each in fields]
        return context.make_tuple(builder, kind, values)
    if isinstance(kind, types.Array):
        numpys = builder.inttoptr(next(words), _WORD.as_pointer())
        address, lengths = (
            builder.inttoptr(_word(builder, numpys, place), pointed.as_pointer())
            for place, pointed in ((_DATA, context.get_data_type(kind.dtype)), (_LENGTHS, _WORD))
        )
        shape = [_word(builder, lengths, dimension) for dimension in range(kind.ndim)]
        size = _WORD(kind.dtype.bitwidth // 8)
        strides = [size]
        for length in shape[:0:-1]:
            strides.insert(0, builder.mul(strides[0], length))
        array = context.make_array(kind)(context, builder)
        populate_array(array, address, shape, strides, size, meminfo=None)
        return array._getvalue()  # noqa: SLF001  # as Numba's own code reads it
    return builder.bitcast(next(words), context.get_value_type(kind))
