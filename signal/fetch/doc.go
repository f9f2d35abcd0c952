// Package fetch asks outside APIs, all in one way. What they answer is kept on
// disk by request and moment, so that a backfill never pays twice and what was
// forecast on a day stays known as it was; limits by second and day and those
// that the server tells are kept across restarts; what fails is tried again with
// growing, jittered waits, until a breaker gives an API that is down a rest.
//
// A source of signals has a Client for its API and reads the Archive.
package fetch
