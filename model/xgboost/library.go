package xgboost

import (
	"fmt"
	"os"
	"strings"
	"unsafe"

	"daycast"
	"daycast/model/native"
)

// libraryVariable names the library's file; without it the loader looks for
// one of the usual name.
const libraryVariable = "DAYCAST_XGBOOST_LIB"

// oldest is the oldest version of the library that trains for us: before 3.0
// its models mean base_score in other ways.
const oldest = 3

// A Library is XGBoost's shared library, loaded. The functions are those of
// its C API (https://xgboost.readthedocs.io/en/stable/c.html); they return 0,
// or leave a message that the same thread can ask for.
type Library struct {
	Version string // such as "3.2.0"

	lastError    func() string
	newMatrix    func(columns, config string, out *uintptr) int32
	setInfo      func(matrix uintptr, field, values string) int32
	setStrings   func(matrix uintptr, field string, values **byte, n uint64) int32
	freeMatrix   func(matrix uintptr) int32
	newBooster   func(matrices *uintptr, n uint64, out *uintptr) int32
	setParameter func(booster uintptr, name, value string) int32
	update       func(booster uintptr, round int32, matrix uintptr) int32
	save         func(booster uintptr, config string, n *uint64, out **byte) int32
	freeBooster  func(booster uintptr) int32
}

// functions are the fields by the names that the library has them under.
func (l *Library) functions() map[string]any {
	return map[string]any{
		"XGBGetLastError":               &l.lastError,
		"XGDMatrixCreateFromColumnar":   &l.newMatrix,
		"XGDMatrixSetInfoFromInterface": &l.setInfo,
		"XGDMatrixSetStrFeatureInfo":    &l.setStrings,
		"XGDMatrixFree":                 &l.freeMatrix,
		"XGBoosterCreate":               &l.newBooster,
		"XGBoosterSetParam":             &l.setParameter,
		"XGBoosterUpdateOneIter":        &l.update,
		"XGBoosterSaveModelToBuffer":    &l.save,
		"XGBoosterFree":                 &l.freeBooster,
	}
}

// Open loads the library that DAYCAST_XGBOOST_LIB names, or else the one that
// the system's loader finds. It fails with code unavailable where there is
// none, or one that is too old.
func Open() (*Library, error) {
	path := os.Getenv(libraryVariable)
	if path == "" {
		path = native.Name("xgboost")
	}
	hint := libraryVariable + " names the file libxgboost.so, which the Python package xgboost-cpu brings in xgboost/lib"
	if !native.Loads {
		hint = "" // nothing that an operator can do
	}
	find, err := native.Open(path)
	if err != nil {
		return nil, daycast.Errorf(daycast.Unavailable, "the XGBoost library is not here: %w", err).WithHint("%s", hint)
	}
	var version func(major, minor, patch *int32)
	if err := find("XGBoostVersion", &version); err != nil {
		return nil, daycast.Errorf(daycast.Unavailable, "%s is no XGBoost library: %w", path, err).WithHint("%s", hint)
	}
	var major, minor, patch int32
	version(&major, &minor, &patch)
	l := &Library{Version: fmt.Sprintf("%d.%d.%d", major, minor, patch)}
	if major < oldest { // before anything else, which old ones may lack
		return nil, daycast.Errorf(daycast.Unavailable, "the XGBoost library %s is version %s: want %d.0 or newer", path, l.Version, oldest)
	}
	for name, function := range l.functions() {
		if err := find(name, function); err != nil {
			return nil, daycast.Errorf(daycast.Unavailable, "the XGBoost library %s, version %s, lacks %s: %w", path, l.Version, name, err)
		}
	}
	return l, nil
}

// check turns what a function returned into an error; the thread must be that
// of the call.
func (l *Library) check(code int32) error {
	if code == 0 {
		return nil
	}
	// The first line says what, after the time and the line of C++; a stack
	// of more such lines follows.
	message, _, _ := strings.Cut(strings.TrimSpace(l.lastError()), "\n")
	if _, after, found := strings.Cut(message, "] "); found {
		if _, what, found := strings.Cut(after, ": "); found {
			message = what
		}
	}
	return daycast.Errorf(daycast.Internal, "XGBoost %s: %s", l.Version, message)
}

// bytesOf copies what the library lends until its next call.
func bytesOf(p *byte, n uint64) []byte {
	return append([]byte(nil), unsafe.Slice(p, n)...)
}
