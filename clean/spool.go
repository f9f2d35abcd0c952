package clean

import (
	"bufio"
	"cmp"
	"encoding/binary"
	"errors"
	"io"
	"math"
	"os"
	"slices"

	"daycast"
)

// bucketLength is in days: what is read back at once.
const bucketLength = 28

func bucketOf(d daycast.Day) int {
	b := int(d) / bucketLength
	if d < 0 && int(d)%bucketLength != 0 {
		b--
	}
	return b
}

func bucketDays(bucket int) (from, to daycast.Day) {
	from = daycast.Day(bucket * bucketLength)
	return from, from + bucketLength - 1
}

// A spool takes purchases in any order and gives them back by day: those of
// some weeks share a file.
type spool struct {
	dir            string
	files          map[int]*spoolFile // by bucket
	oldest, newest int
	groups         map[string]int32
	names          []string // of the groups
}

type spoolFile struct {
	file *os.File
	text *bufio.Writer
}

func newSpool(dir string) *spool {
	return &spool{dir: dir, files: map[int]*spoolFile{}, groups: map[string]int32{}}
}

// group numbers a group by its name; "" is -1.
func (s *spool) group(name string) int32 {
	if name == "" {
		return -1
	}
	g, known := s.groups[name]
	if !known {
		g = int32(len(s.names))
		s.groups[name], s.names = g, append(s.names, name)
	}
	return g
}

// purchaseBytes is a purchase in a file: customer, day, group, units.
const purchaseBytes = 8 + 4 + 4 + 8

func (s *spool) add(p purchase) error {
	bucket := bucketOf(p.day)
	f := s.files[bucket]
	if f == nil {
		file, err := os.CreateTemp(s.dir, "buyers-*.tmp")
		if err != nil {
			return spoolError(err)
		}
		_ = os.Remove(file.Name()) // it lives as long as it is open, so that a killed run leaves none
		if len(s.files) == 0 {
			s.oldest, s.newest = bucket, bucket
		}
		s.oldest, s.newest = min(s.oldest, bucket), max(s.newest, bucket)
		f = &spoolFile{file, bufio.NewWriterSize(file, 16<<10)}
		s.files[bucket] = f
	}
	var b [purchaseBytes]byte
	binary.LittleEndian.PutUint64(b[0:], p.customer)
	binary.LittleEndian.PutUint32(b[8:], uint32(p.day))
	binary.LittleEndian.PutUint32(b[12:], uint32(p.group))
	binary.LittleEndian.PutUint64(b[16:], math.Float64bits(p.units))
	_, err := f.text.Write(b[:])
	return spoolError(err)
}

func (s *spool) flush() error {
	for _, f := range s.files {
		if err := f.text.Flush(); err != nil {
			return spoolError(err)
		}
	}
	return nil
}

// read gives a bucket's purchases by day, in an order that does not depend on
// the one in which they came.
func (s *spool) read(bucket int) ([]purchase, error) {
	f := s.files[bucket]
	if f == nil {
		return nil, nil
	}
	if _, err := f.file.Seek(0, io.SeekStart); err != nil {
		return nil, spoolError(err)
	}
	in := bufio.NewReader(f.file)
	var events []purchase
	for {
		var b [purchaseBytes]byte
		if _, err := io.ReadFull(in, b[:]); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, spoolError(err)
		}
		events = append(events, purchase{
			customer: binary.LittleEndian.Uint64(b[0:]), day: daycast.Day(int32(binary.LittleEndian.Uint32(b[8:]))), //nolint:gosec // as written
			group: int32(binary.LittleEndian.Uint32(b[12:])), units: math.Float64frombits(binary.LittleEndian.Uint64(b[16:])), //nolint:gosec // as written
		})
	}
	slices.SortFunc(events, func(a, b purchase) int {
		return cmp.Or(cmp.Compare(a.day, b.day), cmp.Compare(a.customer, b.customer), cmp.Compare(a.group, b.group), cmp.Compare(a.units, b.units))
	})
	return events, nil
}

// discard removes the files, where an open one could not be removed.
func (s *spool) discard() {
	for _, f := range s.files {
		_ = f.file.Close()
		_ = os.Remove(f.file.Name())
	}
}

func spoolError(err error) error {
	if err == nil {
		return nil
	}
	return daycast.Errorf(daycast.Unavailable, "the lines of the buyers cannot be kept: %w", err).
		WithHint("the data folder needs room for 24 bytes an order line")
}
