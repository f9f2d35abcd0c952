//go:build static || !(linux || darwin)

package native

import "errors"

// Loads reports whether this program can load libraries at all.
const Loads = false

// Name is what the loader calls a library.
func Name(library string) string { return "lib" + library }

// Open refuses.
func Open(string) (Finder, error) {
	return nil, errors.New("this program is built without a loader of shared libraries")
}

// Bind is never reached: nothing was opened.
func Bind(any, uintptr) {}
