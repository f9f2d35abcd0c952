package registry

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"daycast"
)

// writeFile writes a new file and waits until the disk has it.
func writeFile(path string, content []byte) (err error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o644)
	if err != nil {
		return err
	}
	defer func() {
		if closing := f.Close(); err == nil {
			err = closing
		}
	}()
	if _, err = f.Write(content); err != nil {
		return err
	}
	return f.Sync()
}

// replaceFile is writeFile for a file that others read: they see the old
// content or the new one.
func replaceFile(path string, content []byte) error {
	next := filepath.Join(filepath.Dir(path), ".next-"+filepath.Base(path))
	if err := writeFile(next, content); err != nil {
		_ = os.Remove(next) // the disk may need the room
		return err
	}
	return rename(next, path)
}

// rename waits until the disk has the new name.
func rename(from, to string) error {
	if err := os.Rename(from, to); err != nil {
		return err
	}
	dir, err := os.Open(filepath.Dir(to))
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}

// fileError gives what the file system says our code and a hint.
func fileError(err error) error {
	var ours *daycast.Error
	switch {
	case err == nil || errors.As(err, &ours):
		return err
	case errors.Is(err, syscall.ENOSPC):
		return daycast.Errorf(daycast.Unavailable, "registry: %w", err).WithHint("free some disk space")
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS), errors.Is(err, syscall.ENOTDIR):
		return daycast.Errorf(daycast.Invalid, "registry: %w", err).
			WithHint("name a folder in which this user can write")
	}
	return daycast.Errorf(daycast.Internal, "registry: %w", err)
}
