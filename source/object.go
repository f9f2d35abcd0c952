package source

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"daycast"
)

// An object is a file, on this machine or in a bucket.
type object struct {
	name string // as messages call it
	size int64  // in bytes; of a pipe it says nothing
	open func(ctx context.Context) (io.ReadCloser, error)
	at   func(ctx context.Context) (readerAtCloser, error)
}

type readerAtCloser interface {
	io.ReaderAt
	io.Closer
}

// find are the objects that a config's value names, at least one, by name.
func (b *buckets) find(ctx context.Context, given, field string) ([]object, error) {
	scheme, rest, found := strings.Cut(given, "://")
	var objects []object
	var err error
	switch {
	case !found:
		objects, err = findLocal(given)
	case scheme == "file":
		objects, err = findLocal(rest)
	default:
		objects, err = b.findRemote(ctx, given)
	}
	if err != nil {
		return nil, inField(err, field)
	}
	if len(objects) == 0 {
		return nil, daycast.Errorf(daycast.NotFound, "there is no file that %s matches", given).
			WithHint("paths are relative to the folder of daycast.yaml; empty files and names that begin with . or _ do not count").
			WithField(field)
	}
	slices.SortFunc(objects, func(x, y object) int { return strings.Compare(x.name, y.name) })
	return objects, nil
}

// wild reports whether a path has what path.Match knows as a pattern.
func wild(p string) bool { return strings.ContainsAny(p, `*?[`) }

// noted reports whether a path below a folder is another program's note, such
// as _SUCCESS, or hidden.
func noted(below string) bool {
	for part := range strings.SplitSeq(below, "/") {
		if strings.HasPrefix(part, ".") || strings.HasPrefix(part, "_") {
			return true
		}
	}
	return false
}

// findLocal is one file, whatever it is called, a folder's files, or a pattern's.
func findLocal(given string) ([]object, error) {
	info, err := os.Stat(given)
	switch {
	case err == nil && info.IsDir():
		return localFolder(given)
	case err == nil:
		return []object{localObject(given, info.Size())}, nil
	case !errors.Is(err, fs.ErrNotExist) || !wild(given):
		return nil, localError(err)
	}
	paths, err := filepath.Glob(given)
	if err != nil {
		return nil, daycast.Errorf(daycast.Invalid, "%s is no pattern: %w", given, err).WithHint("want one such as exports/2024-*.csv")
	}
	var objects []object
	for _, p := range paths {
		info, err := os.Stat(p)
		if err != nil {
			return nil, localError(err)
		}
		if !info.IsDir() && info.Size() > 0 && !noted(path.Base(filepath.ToSlash(p))) {
			objects = append(objects, localObject(p, info.Size()))
		}
	}
	return objects, nil
}

func localFolder(folder string) ([]object, error) {
	var objects []object
	err := filepath.WalkDir(folder, func(p string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		below, err := filepath.Rel(folder, p)
		if err != nil || noted(filepath.ToSlash(below)) {
			return err
		}
		info, err := os.Stat(p) // of what a link points to
		if err == nil && info.Mode().IsRegular() && info.Size() > 0 {
			objects = append(objects, localObject(p, info.Size()))
		}
		return err
	})
	if err != nil {
		return nil, localError(err)
	}
	return objects, nil
}

func localObject(p string, size int64) object {
	open := func() (*os.File, error) {
		f, err := os.Open(p)
		if err != nil {
			return nil, localError(err)
		}
		return f, nil
	}
	return object{
		name: p, size: size,
		open: func(context.Context) (io.ReadCloser, error) { return open() },
		at:   func(context.Context) (readerAtCloser, error) { return open() },
	}
}

func localError(err error) *daycast.Error {
	code := daycast.NotFound
	if errors.Is(err, fs.ErrPermission) {
		code = daycast.Unauthorized
	}
	return daycast.Errorf(code, "cannot open the file: %w", err)
}
