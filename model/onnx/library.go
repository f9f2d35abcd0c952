package onnx

import (
	"os"
	"strconv"
	"strings"
	"unsafe"

	"daycast"
	"daycast/model/native"
)

// libraryVariable names the library's file; without it the loader looks for
// one of the usual name.
const libraryVariable = "DAYCAST_ONNXRUNTIME_LIB"

// apiVersion is that of the table of functions that is asked for. A library has
// the tables of all versions before its own, and a table only grows, so that 1.16
// and everything newer serves.
const apiVersion = 16

// A Library is ONNX Runtime's shared library, loaded. The functions are those
// of its C API (https://onnxruntime.ai/docs/api/c/struct_ort_api.html), at their
// places in its table; they return nothing, or a status that has to be released.
type Library struct {
	Version string // such as "1.32.0"

	env    uintptr // never released, as the library is never closed
	memory uintptr // describes memory that is the processor's

	errorMessage  func(status uintptr) string
	releaseStatus func(status uintptr)

	createEnv        func(level int32, name string, out *uintptr) uintptr
	createMemoryInfo func(allocator, kind int32, out *uintptr) uintptr
	defaultAllocator func(out *uintptr) uintptr
	allocatorFree    func(allocator, memory uintptr) uintptr

	createOptions  func(out *uintptr) uintptr
	setIntraOp     func(options uintptr, threads int32) uintptr
	setInterOp     func(options uintptr, threads int32) uintptr
	releaseOptions func(options uintptr)

	createSession  func(env uintptr, model *byte, n uint64, options uintptr, out *uintptr) uintptr
	releaseSession func(session uintptr)
	run            func(session, options uintptr, in **byte, inputs *uintptr, nIn uint64, out **byte, nOut uint64, outputs *uintptr) uintptr

	inputCount  func(session uintptr, out *uint64) uintptr
	outputCount func(session uintptr, out *uint64) uintptr
	inputType   func(session uintptr, k uint64, out *uintptr) uintptr
	outputType  func(session uintptr, k uint64, out *uintptr) uintptr
	inputName   func(session uintptr, k uint64, allocator uintptr, out **byte) uintptr
	outputName  func(session uintptr, k uint64, allocator uintptr, out **byte) uintptr

	tensorInfo     func(kind uintptr, out *uintptr) uintptr // not to be released
	releaseType    func(kind uintptr)
	elementType    func(info uintptr, out *int32) uintptr
	dimensions     func(info uintptr, out *uint64) uintptr
	dimensionSizes func(info uintptr, out *int64, n uint64) uintptr
	shapeOf        func(value uintptr, out *uintptr) uintptr
	releaseShape   func(info uintptr)
	elementCount   func(info uintptr, out *uint64) uintptr
	createTensor   func(memory uintptr, data *float32, bytes uint64, shape *int64, n uint64, element int32, out *uintptr) uintptr
	tensorData     func(value uintptr, out **float32) uintptr
	releaseValue   func(value uintptr)
}

// places are where the functions are in the table.
func (l *Library) places() map[int]any {
	return map[int]any{
		2: &l.errorMessage, 3: &l.createEnv, 8: &l.createSession, 9: &l.run, 10: &l.createOptions,
		24: &l.setIntraOp, 25: &l.setInterOp,
		30: &l.inputCount, 31: &l.outputCount, 33: &l.inputType, 34: &l.outputType, 36: &l.inputName, 37: &l.outputName,
		49: &l.createTensor, 51: &l.tensorData, 55: &l.tensorInfo, 60: &l.elementType, 61: &l.dimensions, 62: &l.dimensionSizes,
		64: &l.elementCount, 65: &l.shapeOf, 69: &l.createMemoryInfo, 76: &l.allocatorFree, 78: &l.defaultAllocator,
		93: &l.releaseStatus, 95: &l.releaseSession, 96: &l.releaseValue, 98: &l.releaseType, 99: &l.releaseShape, 100: &l.releaseOptions,
	}
}

// Open loads the library that DAYCAST_ONNXRUNTIME_LIB names, or else the one
// that the system's loader finds. It fails with code unavailable where there is
// none, or one that is too old.
func Open() (*Library, error) {
	path := os.Getenv(libraryVariable)
	if path == "" {
		path = native.Name("onnxruntime")
	}
	hint := libraryVariable + " names the file libonnxruntime.so, which the Python package onnxruntime brings in onnxruntime/capi"
	if !native.Loads {
		hint = "" // nothing that an operator can do
	}
	find, err := native.Open(path)
	if err != nil {
		return nil, daycast.Errorf(daycast.Unavailable, "the ONNX Runtime library is not here: %w", err).WithHint("%s", hint)
	}
	var base func() *struct{ api, version uintptr }
	if err := find("OrtGetApiBase", &base); err != nil {
		return nil, daycast.Errorf(daycast.Unavailable, "%s is no ONNX Runtime library: %w", path, err).WithHint("%s", hint)
	}
	var table func(version uint32) *[functions]uintptr
	var version func() string
	native.Bind(&table, base().api)
	native.Bind(&version, base().version)
	l := &Library{Version: version()}
	// An old library complains on the standard error before it gives nothing.
	minor, _ := strconv.Atoi(strings.SplitN(l.Version+"..", ".", 3)[1])
	if major, _, _ := strings.Cut(l.Version, "."); major == "0" || major == "1" && minor < apiVersion {
		return nil, daycast.Errorf(daycast.Unavailable, "the ONNX Runtime library %s is version %s: want 1.%d or newer", path, l.Version, apiVersion)
	}
	api := table(apiVersion)
	if api == nil {
		return nil, daycast.Errorf(daycast.Unavailable, "the ONNX Runtime library %s, version %s, has no functions of version 1.%d", path, l.Version, apiVersion)
	}
	for place, function := range l.places() {
		native.Bind(function, api[place])
	}
	if err := l.check(l.createEnv(logErrors, "daycast", &l.env)); err != nil {
		return nil, err
	}
	return l, l.check(l.createMemoryInfo(deviceAllocator, defaultMemory, &l.memory))
}

// Constants of the C API.
const (
	functions       = 101 // of the table that are read
	logErrors       = 3   // ORT_LOGGING_LEVEL_ERROR
	deviceAllocator = 0   // OrtDeviceAllocator
	defaultMemory   = 0   // OrtMemTypeDefault
	elementFloat    = 1   // ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT
)

// check turns what a function returned into an error, with code invalid: what
// the library refuses is a model or its input.
func (l *Library) check(status uintptr) error {
	if status == 0 {
		return nil
	}
	message, _, _ := strings.Cut(strings.TrimSpace(l.errorMessage(status)), "\n")
	l.releaseStatus(status)
	return daycast.Errorf(daycast.Invalid, "ONNX Runtime %s: %s", l.Version, message)
}

// checks is the first error of calls that follow each other.
func (l *Library) checks(calls ...func() uintptr) error {
	for _, call := range calls {
		if err := l.check(call()); err != nil {
			return err
		}
	}
	return nil
}

// text copies a string of C.
func text(p *byte) string {
	if p == nil {
		return ""
	}
	n := 0
	for *(*byte)(unsafe.Add(unsafe.Pointer(p), n)) != 0 {
		n++
	}
	return string(unsafe.Slice(p, n))
}
