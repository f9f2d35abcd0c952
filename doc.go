// Package daycast holds the words of the system: days, series, facts, panels,
// signals and forecasts. It does no I/O and imports none of the other packages.
package daycast
