package onnx

import (
	"runtime"
	"unsafe"

	"daycast"
)

// batch is how many rows the network is given at once, always: with another
// number of rows the library may add up in another order, and results must not
// depend on who asks together. A network made for a fixed number gets that.
const batch = 256

// A session is a network that is ready to run. It is safe for concurrent use.
type session struct {
	l        *Library
	handle   uintptr
	in, out  []byte // the names, ended by a zero
	features int
	rows     int // of a batch
}

// open reads a network: one input of floats, rows x features, and an output of
// floats, one for each row, by name or the only one. It fails with code invalid
// where it is another.
func (l *Library) open(network []byte, features int, output string) (*session, error) {
	if len(network) == 0 {
		return nil, daycast.Errorf(daycast.Invalid, "the network is an empty file")
	}
	s := &session{l: l, features: features, rows: batch}
	var options uintptr
	if err := l.check(l.createOptions(&options)); err != nil {
		return nil, err
	}
	defer l.releaseOptions(options)
	// Threads are the caller's, who asks for ranges of rows.
	if err := l.checks(
		func() uintptr { return l.setIntraOp(options, 1) },
		func() uintptr { return l.setInterOp(options, 1) },
		func() uintptr {
			return l.createSession(l.env, unsafe.SliceData(network), uint64(len(network)), options, &s.handle)
		},
	); err != nil {
		return nil, err
	}
	runtime.KeepAlive(network)
	runtime.AddCleanup(s, func(handle uintptr) { l.releaseSession(handle) }, s.handle)
	if err := s.input(); err != nil {
		return nil, err
	}
	return s, s.output(output)
}

// input checks what the network reads.
func (s *session) input() error {
	var n uint64
	if err := s.l.check(s.l.inputCount(s.handle, &n)); err != nil {
		return err
	}
	if n != 1 {
		return daycast.Errorf(daycast.Invalid, "the network has %d inputs: want one, of rows x features", n)
	}
	p, err := s.port(0, s.l.inputName, s.l.inputType)
	if err != nil {
		return err
	}
	s.in = append([]byte(p.name), 0)
	switch {
	case p.element != elementFloat:
		return daycast.Errorf(daycast.Invalid, "the network's input %s is not of float (32 bits)", p.name).WithHint("export it with inputs of float32")
	case len(p.shape) != 2:
		return daycast.Errorf(daycast.Invalid, "the network's input %s has the shape %v: want rows x features", p.name, p.shape)
	case p.shape[1] > 0 && p.shape[1] != int64(s.features):
		return daycast.Errorf(daycast.Invalid, "the network's input %s has %d features, its list %d", p.name, p.shape[1], s.features).WithField("features")
	case p.shape[0] > 1<<16:
		return daycast.Errorf(daycast.Invalid, "the network's input %s is of %d rows at once", p.name, p.shape[0])
	case p.shape[0] > 0:
		s.rows = int(p.shape[0])
	}
	return nil
}

// output checks what the network answers.
func (s *session) output(name string) error {
	var n uint64
	if err := s.l.check(s.l.outputCount(s.handle, &n)); err != nil {
		return err
	}
	var names []string
	for k := range n {
		p, err := s.port(k, s.l.outputName, s.l.outputType)
		if err != nil {
			return err
		}
		names = append(names, p.name)
		if p.name != name && (name != "" || n > 1) {
			continue
		}
		if p.element != elementFloat {
			return daycast.Errorf(daycast.Invalid, "the network's output %s is not of float (32 bits)", p.name)
		}
		if len(p.shape) > 2 || len(p.shape) == 2 && p.shape[1] > 1 {
			return daycast.Errorf(daycast.Invalid, "the network's output %s has the shape %v: want one number for each row", p.name, p.shape)
		}
		s.out = append([]byte(p.name), 0)
		return nil
	}
	return daycast.Errorf(daycast.Invalid, "the network's outputs are %v: want one, or its name", names).WithField("output")
}

// A port is an input or an output.
type port struct {
	name    string
	element int32
	shape   []int64 // -1: any; nil for what is no tensor
}

func (s *session) port(
	k uint64, name func(uintptr, uint64, uintptr, **byte) uintptr, kind func(uintptr, uint64, *uintptr) uintptr,
) (p port, err error) {
	l := s.l
	var allocator, typed, info uintptr
	var chars *byte
	if err := l.checks(
		func() uintptr { return l.defaultAllocator(&allocator) },
		func() uintptr { return name(s.handle, k, allocator, &chars) },
	); err != nil {
		return p, err
	}
	p.name = text(chars)
	if err := l.checks(
		func() uintptr { return l.allocatorFree(allocator, uintptr(unsafe.Pointer(chars))) },
		func() uintptr { return kind(s.handle, k, &typed) },
	); err != nil {
		return p, err
	}
	defer l.releaseType(typed)
	if err := l.check(l.tensorInfo(typed, &info)); err != nil || info == 0 {
		return p, err
	}
	var n uint64
	if err := l.checks(
		func() uintptr { return l.elementType(info, &p.element) },
		func() uintptr { return l.dimensions(info, &n) },
	); err != nil || n == 0 {
		return p, err
	}
	p.shape = make([]int64, n)
	return p, l.check(l.dimensionSizes(info, &p.shape[0], n))
}

// run answers the rows of one batch: x is rows x features, row by row.
func (s *session) run(x []float32, answer []float32) error {
	l := s.l
	var pin runtime.Pinner
	defer pin.Unpin()
	in, out, shape := &s.in[0], &s.out[0], []int64{int64(s.rows), int64(s.features)}
	for _, p := range []any{&x[0], in, out, &shape[0], &in, &out} {
		pin.Pin(p)
	}
	var input, output, info uintptr
	if err := l.check(l.createTensor(l.memory, &x[0], uint64(4*len(x)), &shape[0], 2, elementFloat, &input)); err != nil {
		return err
	}
	defer l.releaseValue(input)
	if err := l.check(l.run(s.handle, 0, &in, &input, 1, &out, 1, &output)); err != nil {
		return err
	}
	defer l.releaseValue(output)
	var n uint64
	var data *float32
	if err := l.check(l.shapeOf(output, &info)); err != nil {
		return err
	}
	defer l.releaseShape(info)
	if err := l.checks(
		func() uintptr { return l.elementCount(info, &n) },
		func() uintptr { return l.tensorData(output, &data) },
	); err != nil {
		return err
	}
	if n != uint64(s.rows) {
		return daycast.Errorf(daycast.Invalid, "the network answers %d rows with %d numbers: want one for each", s.rows, n)
	}
	copy(answer, unsafe.Slice(data, n))
	return nil
}
