// Package app opens what the config names and joins the rooms: a short file a
// verb.
package app
