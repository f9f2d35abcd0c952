package warehouse

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/duckdb/duckdb-go/v2"

	"daycast"
)

// A failure maps what DuckDB says to what the operator can do.
type failure struct {
	says string // part of DuckDB's message
	code daycast.Code
	hint string
}

// failures are tried in order: the first whose text is in the message counts.
var failures = []failure{
	{"Could not set lock on file", daycast.Conflict,
		"another process holds it: wait for that run to end, or read the published snapshot"},
	{"different configuration", daycast.Conflict,
		"this process holds it already with another memory limit or number of threads"},
	{"No space left on device", daycast.Unavailable, "free some disk space; the warehouse still has its former content"},
	{"Disk quota exceeded", daycast.Unavailable, "free some disk space; the warehouse still has its former content"},
	{"File too large", daycast.Unavailable, "raise the file size limit; the warehouse still has its former content"},
	{"not a valid DuckDB database file", daycast.Invalid, "it is not a DuckDB file: choose another path, or move it away"},
	{"No files found", daycast.Invalid, "the folder is not a whole snapshot: publish it again"},
	{"Permission denied", daycast.Invalid, "let this user read and write the file and its folder"},
	{"Read-only file system", daycast.Invalid, "choose a path on a disk that can be written to"},
	{"No such file or directory", daycast.Invalid, "make the folder first, or correct the path"},
	{"Not a directory", daycast.Invalid, "correct the path: a part of it is a file"},
	{"Is a directory", daycast.Invalid, "give the path of a file, not of a folder"},
	{"database has been invalidated", daycast.Unavailable, "see the first error, then start again; committed rows are safe"},
	{"Out of Memory Error", daycast.Unavailable, "raise the memory limit"},
	{"IO Error", daycast.Unavailable, "check the disk, then try again"},
	{"TransactionContext Error", daycast.Conflict, "another writer changed the same table: try again"},
}

// explain turns an error of DuckDB into ours. Others, those of the rows that
// were to be written among them, stay as they are.
func (d *duckDB) explain(err error) error {
	var ours *daycast.Error
	var theirs *duckdb.Error
	switch {
	case err == nil, errors.As(err, &ours):
		return err
	case errors.Is(err, context.Canceled):
		return context.Canceled
	case errors.Is(err, context.DeadlineExceeded):
		return context.DeadlineExceeded
	case !errors.As(err, &theirs):
		return err
	}
	f := failure{code: daycast.Internal}
	if d.snapshot {
		f = failure{code: daycast.Invalid, hint: "the snapshot is damaged or of another program: publish it again"}
	}
	if i := slices.IndexFunc(failures, func(f failure) bool { return strings.Contains(theirs.Msg, f.says) }); i >= 0 {
		f = failures[i]
	}
	says, _, _ := strings.Cut(theirs.Msg, "\n") // the rest shows the SQL
	says, _, _ = strings.Cut(says, " See also ")
	return &daycast.Error{Code: f.code, Message: d.path + ": " + says, Hint: f.hint, Err: err}
}
