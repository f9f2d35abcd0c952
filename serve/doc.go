// Package serve answers forecasts over HTTP from one published snapshot at a
// time. The snapshot is swapped whole: a request sees the old one or the new
// one, and none is dropped.
package serve
