// Package native loads shared libraries of other projects, without cgo. A static
// program has no loader of libraries; the tag static leaves this one out.
package native

// A Finder points a function, a pointer to a variable of a func type, at a
// symbol of a library.
type Finder func(symbol string, function any) error
