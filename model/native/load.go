//go:build !static && (linux || darwin)

package native

import (
	"runtime"

	"github.com/ebitengine/purego"
)

// Loads reports whether this program can load libraries at all.
const Loads = true

// Name is what the loader calls a library, such as libxgboost.so.
func Name(library string) string {
	return "lib" + library + map[string]string{"linux": ".so", "darwin": ".dylib"}[runtime.GOOS]
}

// Open loads a library by its path, or by a name that the system's loader
// finds. It is never closed: its threads would outlive their code.
func Open(path string) (Finder, error) {
	handle, err := purego.Dlopen(path, purego.RTLD_NOW|purego.RTLD_LOCAL)
	if err != nil {
		return nil, err
	}
	return func(symbol string, function any) error {
		address, err := purego.Dlsym(handle, symbol)
		if err == nil {
			purego.RegisterFunc(function, address)
		}
		return err
	}, nil
}

// Bind points a function at an address in a library.
func Bind(function any, address uintptr) { purego.RegisterFunc(function, address) }
