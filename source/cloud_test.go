//go:build gs || azblob

package source

import (
	"strings"
	"testing"
	"time"

	"gocloud.dev/blob/memblob"

	"daycast"
)

// The clouds themselves are not here: what is tested is all that stands between
// us and gocloud.dev, over its bucket in memory.
func TestCloudBucket(t *testing.T) {
	b := &cloudBucket{bucket: memblob.OpenBucket(nil), name: "mem://shop"}
	defer b.Close()
	for key, content := range map[string]string{"in/1.csv": "item_id\na\n", "in/2.csv": "item_id\nb\n", "other.csv": "item_id\nc\n"} {
		if err := b.bucket.WriteAll(t.Context(), key, []byte(content), nil); err != nil {
			t.Fatal(err)
		}
	}
	found, err := b.list(t.Context(), "in/")
	if err != nil || len(found) != 2 {
		t.Fatalf("%v, %v", found, err)
	}
	var objects []object
	for _, o := range chosen(found, "in/*.csv") {
		objects = append(objects, remoteObject(b, o.key, o))
	}
	s := &Files{format: openCSVTable, tables: map[Table][]object{Items: objects}}
	var got []string
	for batch, err := range s.Read(t.Context(), Items, daycast.Span{}) {
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range batch {
			got = append(got, row...)
		}
	}
	if strings.Join(got, " ") != "a b" {
		t.Errorf("got %v", got)
	}
	if err := b.bucket.WriteAll(t.Context(), "in/1.csv", []byte("item_id\nlonger\n"), nil); err != nil {
		t.Fatal(err)
	}
	if err := s.Check(t.Context()); daycast.CodeOf(err) != daycast.Conflict {
		t.Errorf("a changed file: %v", err)
	}
	if err := b.bucket.Delete(t.Context(), "in/1.csv"); err != nil {
		t.Fatal(err)
	}
	if err := s.Check(t.Context()); daycast.CodeOf(err) != daycast.NotFound {
		t.Errorf("a file that is gone: %v", err)
	}
}
