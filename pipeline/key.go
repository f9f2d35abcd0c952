package pipeline

import (
	"crypto/rand"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"

	"daycast"
)

// ReadKey is the secret under which customers get their pseudonyms: made of
// chance when a data folder is first used, and for this program's user alone.
// Nobody can tell a customer by a pseudonym without it. Where it is lost, a
// new one is made and all order lines are read again.
func ReadKey(dir string) (key [16]byte, err error) {
	path := filepath.Join(dir, "pseudonym.key")
	text, err := os.ReadFile(path)
	if err == nil {
		if n, err := hex.Decode(key[:], []byte(strings.TrimSpace(string(text)))); err != nil || n != len(key) {
			return key, daycast.Errorf(daycast.Invalid, "%s is broken", path).WithHint("remove it; the next run makes a new one and reads all order lines again")
		}
		return key, nil
	}
	if !os.IsNotExist(err) {
		return key, fileError(path, err)
	}
	if _, err := rand.Read(key[:]); err != nil {
		return key, daycast.Errorf(daycast.Internal, "no random numbers: %w", err)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return key, fileError("the data folder", err)
	}
	return key, fileError(path, os.WriteFile(path, []byte(hex.EncodeToString(key[:])+"\n"), 0o600))
}
